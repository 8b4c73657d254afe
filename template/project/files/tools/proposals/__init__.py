"""What a pipeline proposes once a week: a newer template, newer versions of what is locked."""

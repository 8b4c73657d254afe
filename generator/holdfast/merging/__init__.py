"""What becomes of a project when its template or its spec changes: a plan, which touches nothing."""

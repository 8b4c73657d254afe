#!/bin/sh
# Start the service of examples/orders.toml in a place of its own, and run its own tests. $1 is the Python to use.
set -eu

place=demo/orders
number=1
while [ -e "$place" ]; do
    number=$((number + 1))
    place=demo/orders-$number
done

# A repository of its own, as every service is: its hooks and its CI are not this one's.
git init --quiet --initial-branch main "$place"
"$1" -m holdfast new "$place" --spec examples/orders.toml
echo
echo "Running the tests of the new service (its first run installs what is locked in $place) ..."
make --no-print-directory -C "$place" setup test

echo
echo "Built $place from examples/orders.toml, and its own tests pass."
echo "  $place/README.md          what it is, what each function may touch, the commands"
echo "  $place/template.yaml      functions, roles, resources, alarms"
echo "  $place/holdfast.toml      what was asked for: the spec"
echo "Next: cd $place && make help"

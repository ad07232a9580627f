"""Looks at what hands alarms on from elsewhere: the spokes of home's own account, and the door for other accounts."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin_cli.cloud import Cloud
from tocsin_cli.doctor.finding import Finding, some
from tocsin_cli.doctor.mending import let_in_again, watched
from tocsin_cli.doctor.regions import unseen
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.everywhere import look_into
from tocsin_cli.stack.accounts import admitted, called
from tocsin_cli.stack.bus import let_in
from tocsin_cli.stack.home import home_of, spoke_of
from tocsin_cli.stack.names import Names
from tocsin_cli.stack.spoke_letters import letters_held
from tocsin_cli.stack.spokes import spoke_regions

_SERVICES = ("events", "sqs")


def door(scene: Scene) -> Iterator[Finding]:
    """The bus lets in whom the stack was told to let in. What is only known to Terraform is not judged."""
    wanted, there = admitted(scene.stack), let_in(scene.cloud, scene.stack.name)
    if shut := [each for each in wanted.accounts if each not in there.accounts]:
        names = Names(scene.cloud, scene.stack.name).known()
        yield Finding(
            "broken",
            f"the bus turns away the alarms of {some([called(each, names) for each in shut])}",
            "its policy was changed by somebody else; what these accounts hand on piles up in their own dead letters",
            let_in_again(scene, "--accounts", ",".join(shut)),
        )
    if wanted.organization and wanted.organization != there.organization:
        yield Finding(
            "broken",
            f"the bus turns away the alarms of the organization {wanted.organization}",
            "its policy was changed by somebody else; what its accounts hand on piles up in their own dead letters",
            let_in_again(scene, "--organization", wanted.organization),
        )


def spokes(scene: Scene) -> Iterator[Finding]:
    """The spoke of each region hands alarms on to here, and nothing lies in its dead letters."""
    regions = spoke_regions(scene.cloud, scene.stack.name)
    found = look_into(scene.cloud, regions, _SERVICES, lambda there: (*_rule(scene, there), *_letters(scene, there)))
    seen = sorted(found, key=lambda each: each.region)
    for each in seen:
        yield from each.found or ()
    yield from unseen(seen, "whether their alarms come here is not known")


def _letters(scene: Scene, there: Cloud) -> Iterator[Finding]:
    if held := letters_held(there, scene.stack.name):
        yield Finding(
            "broken",
            f"{held} events of {there.region} did not come here: {spoke_of(scene.stack.name)}-dead",
            "they are kept there for 14 days; each says why in its attribute ERROR_CODE",
            scene.tocsin("redrive"),
        )


def _rule(scene: Scene, there: Cloud) -> Iterator[Finding]:
    name, region, events = spoke_of(scene.stack.name), there.region, there.client("events")
    means = f"alarms of {region} do not reach tocsin"
    try:
        state = events.describe_rule(Name=name)["State"]
    except events.exceptions.ResourceNotFoundException:
        yield Finding("broken", f"the rule {name} in {region} is gone", means, watched(scene, region))
        return
    if not state.startswith("ENABLED"):
        yield Finding(
            "broken",
            f"the rule {name} in {region} is switched off",
            means,
            scene.aws_in(region, "events", "enable-rule", "--name", name),
            lambda: events.enable_rule(Name=name),
        )
    home = home_of(scene.cloud, scene.stack.name)
    bus = f"arn:{scene.partition}:events:{home.region}:{home.account}:event-bus/default"
    if bus not in [each["Arn"] for each in events.list_targets_by_rule(Rule=name)["Targets"]]:
        yield Finding("broken", f"the rule {name} in {region} does not lead here", means, watched(scene, region))

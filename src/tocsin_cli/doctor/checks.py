"""Everything that the doctor looks at, in the order in which an alarm passes it."""

from __future__ import annotations

from tocsin_cli.doctor import alarms, door, function, heart, regions, roads, slack, spokes, topics
from tocsin_cli.doctor.finding import Check

CHECKS = (
    Check("stack", "the stack is whole", heart.stack),
    Check("failed-actions", "CloudWatch carried out each action of an alarm in the last week", alarms.in_vain),
    Check("silent-alarms", "each alarm acts on something", alarms.silent),
    Check("disabled-alarms", "no alarm has its actions switched off", alarms.disabled),
    Check("no-data", "no alarm has been without data for long", alarms.ignorant),
    Check("far-topics", "each alarm acts on topics of its own region", topics.far_topics),
    Check("unread-topics", "somebody reads each topic that alarms act on", topics.readers),
    Check("topic-policies", "topics let in the alarms that act on them", topics.their_policies),
    Check("own-topics", "tocsin's topics let in alarms, budgets and cost alerts", topics.own_policies),
    Check("keys", "the topics' keys let in whoever publishes", topics.keys),
    Check("subscription", "the queue is subscribed to tocsin's topic", roads.subscription),
    Check("rule", "the rule for all alarms is on and leads to the queue", roads.rule),
    Check("queue-policy", "the queue lets in its topics and the rule", roads.queue_policy),
    Check("queue-key", "the queue's key lets them in", roads.queue_key),
    Check("dead-letter-road", "what cannot be processed is kept", roads.dead_letter_road),
    Check("backlog", "the function keeps up with the queue", roads.backlog),
    Check("dead-letters", "nothing lies in the dead letters", roads.dead_letters),
    Check("mapping", "the function takes from the queue", function.fed),
    Check("function", "the function is ready", function.runs),
    Check("runtime", "its runtime is maintained", function.runtime),
    Check("loops", "it may wake itself", function.loops),
    Check("rights", "its role allows what it does", function.rights),
    Check("errors", "it logged no error in the last day", function.complaints),
    Check("secret", "the Slack secret is there", slack.secret),
    Check("slack", "Slack would take a message", slack.lives),
    Check("scopes", "a bot may read its channel", slack.scopes),
    Check("signing-secret", "Slack's signing secret is there, where the Slack door is open", door.secret),
    Check("door", "nobody gets past the Slack door; where it is open, Slack gets in", door.way),
    Check("tick", "the minute's schedule is on and reaches the function", roads.tick),
    Check("heartbeat", "the function lives", heart.heartbeat),
    Check("watches", "the alarms about tocsin itself are there and quiet", heart.watches),
    Check("e-mail", "somebody is told when tocsin itself is in trouble", heart.email),
    Check("spokes", "other regions hand their alarms on to here", spokes.spokes),
    Check("accounts", "other accounts are let in as was agreed", spokes.door),
    Check("regions", "no other region has what nobody watches", regions.regions),
)

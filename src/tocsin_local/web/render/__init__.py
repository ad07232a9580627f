"""Shows Slack messages as Slack would: pure functions from what was sent to safe HTML, drawn by static/slack.css alone.

    message(post, view, replies=()) -> str      one message of a channel, as an HTML fragment that needs no script
    banners(post, view) -> str                  its notification as a phone and as a desktop show it, as a fragment
    notification(post, view) -> Notification    the same as two plain texts (phone, desktop): escape them yourself
    posted(payload, ts, …) -> Message           makes a `tocsin_local.slack.Message` of a bare payload
    View(language="en", zone=UTC)               who reads: "en" or "ko", and the zone that dates are written in

    messages.article, notifications.banner_pair: the first two as elements, to build into a page with `markup.h`
    documents.document                          a whole static page

`post` and `replies` are `tocsin_local.slack.Message`; replies are those in its thread, oldest first. A reply that was
also sent to the channel is drawn in the channel by calling `message` with it.

The fragment, by class (every class begins with "sk-"; put them inside an element of class "sk", which carries the
colours; data-theme="light" or "dark" on it or on any ancestor overrides the reader's system):
    article.sk-message[id="m-<channel>-<ts>"][data-ts][data-channel]
        svg.sk-avatar · div.sk-head (b.sk-author, span.sk-app, a.sk-time[href="#m-…"]) · div.sk-body
        div.sk-body > .sk-block[data-block="<type>"] …, div.sk-attachment (svg.sk-bar + div.sk-inside)
        span.sk-edited · div.sk-reactions · p.sk-broadcast · span.sk-mentions (who was notified, and how many)
        details.sk-thread > summary.sk-replies + article.sk-message …
    a.sk-button[href] for a button with a URL, button.sk-button[data-action-id][data-block-id][data-value] for another
    time.sk-date[datetime][data-date-format="{date_short_pretty} {time_secs}"]: a script may write the reader's own
        zone into it; without one it holds the date in the view's zone
    span.sk-mention a person or a group, with .sk-call the whole channel; span.sk-channel a channel
    p.sk-unknown: a block that cannot be shown, by name: never dropped in silence

Safe: text enters only through `markup`, which escapes it; tags and attributes are named in our code alone; there is no
style attribute, no script and nothing that loads, so the strictest content security policy holds (colours are SVG
fills and classes). Only http, https and mailto links get an href.
"""

from tocsin_local.web.render.messages import message, posted
from tocsin_local.web.render.notifications import Notification, banners, notification
from tocsin_local.web.render.view import View

__all__ = ["Notification", "View", "banners", "message", "notification", "posted"]

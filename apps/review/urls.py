from django.urls import path

from apps.review.views import context, lead, modes, seen, station

app_name = "review"
urlpatterns = [
    path("", station.station, name="station"),
    path("grid/", modes.grid, name="grid"),
    path("digits/", modes.digits, name="digits"),
    path("claim/", station.claim, name="claim"),
    path("heartbeat/", station.heartbeat, name="heartbeat"),
    path("release/", station.release, name="release"),
    path("undo/", station.undo, name="undo"),
    path("lead/", lead.lead, name="lead"),
    path("lead/tiles/", lead.tiles, name="lead_tiles"),
    path("lead/scopes/", lead.divide, name="divide"),
    path("lead/people/<uuid:person>/resume/", lead.resume, name="resume"),
    path("lead/asked/<uuid:grant>/", lead.answer, name="answer"),
    path("seen/<reference:reference>/", seen.seen, name="seen"),
    path("<uuid:pk>/crop.png", station.crop, name="crop"),
    path("<uuid:pk>/decide/", station.decide, name="decide"),
    path("<uuid:pk>/choose/", station.choose, name="choose"),
    path("<uuid:pk>/unreadable/", station.unreadable, name="unreadable"),
    path("<uuid:pk>/skip/", station.skip, name="skip"),
    path("<uuid:pk>/glyph/<int:position>.png", modes.glyph, name="glyph"),
    path("<uuid:pk>/digits/", modes.say_digits, name="say_digits"),
    path("<uuid:pk>/correct/", station.correct, name="correct"),
    path("<uuid:pk>/more/", context.more, name="more"),
    path("<uuid:pk>/wider.png", context.wider, name="wider"),
    path("<uuid:pk>/line.png", context.line, name="line"),
    path("<uuid:pk>/page.png", context.page, name="page"),
    path("<uuid:pk>/shown/", context.shown, name="shown"),
    path("<uuid:pk>/take/", lead.take, name="take"),
    path("<uuid:pk>/differ/", lead.differ, name="differ"),
    path("<uuid:pk>/settle/", lead.settle, name="settle"),
]

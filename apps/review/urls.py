from django.urls import path

from apps.review import views

app_name = "review"
urlpatterns = [
    path("", views.station, name="station"),
    path("claim/", views.claim, name="claim"),
    path("heartbeat/", views.heartbeat, name="heartbeat"),
    path("release/", views.release, name="release"),
    path("undo/", views.undo, name="undo"),
    path("<uuid:pk>/crop.png", views.crop, name="crop"),
    path("<uuid:pk>/decide/", views.decide, name="decide"),
    path("<uuid:pk>/choose/", views.choose, name="choose"),
    path("<uuid:pk>/unreadable/", views.unreadable, name="unreadable"),
    path("<uuid:pk>/skip/", views.skip, name="skip"),
    path("<uuid:pk>/correct/", views.correct, name="correct"),
    path("<uuid:pk>/line/", views.ask_line, name="ask_line"),
    path("<uuid:pk>/line.png", views.line, name="line"),
]

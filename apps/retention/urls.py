from django.urls import path

from apps.retention import views

app_name = "retention"
urlpatterns = [
    path("upload/promise/", views.promise, name="promise"),
    path("jobs/<reference:reference>/delete/", views.delete, name="delete"),
    path("jobs/<reference:reference>/withdraw/", views.withdraw, name="withdraw"),
    path("jobs/<reference:reference>/receipt/", views.receipt, name="receipt"),
    path("retention/", views.clocks, name="clocks"),
]

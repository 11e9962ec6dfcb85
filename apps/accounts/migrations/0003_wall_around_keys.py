from django.db import migrations

from apps.base.scope import wall


class Migration(migrations.Migration):
    """Keys of one organisation are invisible to every other, whatever the code asks for."""

    dependencies = [("accounts", "0002_api_keys")]

    operations = [migrations.RunSQL(*wall("accounts_apikey"))]

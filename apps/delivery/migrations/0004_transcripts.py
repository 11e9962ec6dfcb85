from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_wall_between_organisations")]

    operations = [
        migrations.AlterModelOptions(
            name="result",
            options={
                "default_permissions": (),
                "permissions": [
                    ("reveal_field", "Can reveal one value, with a reason"),
                    ("download_result", "Can download a typed result"),
                    (
                        "download_transcript",
                        "Can download the whole text, where it was asked for",
                    ),
                ],
            },
        ),
    ]

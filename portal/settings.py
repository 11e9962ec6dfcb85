"""All settings, in reading order: identity, apps, web, people, data, work, documents.

The environment decides the profile. `embedded` (the default) brings its own database, keys and
demo people and listens on this machine only; `production` brings nothing and asks for all.
"""

import tomllib
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from portal import bucket, env, logs, profiles
from portal.api import libraries
from portal.embedded import secrets
from portal.embedded.places import Places

BASE_DIR = Path(__file__).resolve().parent.parent

# Identity

profiles.refuse(env.everything())
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
PROFILE = env.text("PORTAL_PROFILE", default="embedded")
EMBEDDED = PROFILE == "embedded"
DATABASE_ROLE = env.text("DATABASE_ROLE", default="app")
SEQUENCING = DATABASE_ROLE == "sequencer"  # and nothing else: it knows no keys but its own
PLACES = Places(Path(env.text("VAR_DIR", default=str(BASE_DIR / "var"))))
DEBUG = False
SECRET_KEY = env.secret(
    "SECRET_KEY",
    default=secrets.token()
    if SEQUENCING
    else secrets.kept(PLACES.secrets, "session-key", secrets.token)
    if EMBEDDED
    else None,
)
PORT = env.number("PORT", default=8000)
ALLOWED_HOSTS = env.text("ALLOWED_HOSTS", default="127.0.0.1 localhost [::1]").split()
CSRF_TRUSTED_ORIGINS = env.text("TRUSTED_ORIGINS").split()
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.text("TIME_ZONE", default="UTC")
USE_TZ = True

# Apps, from the ground up; each may import only those above it in this list.

LADDER = [
    "apps.audit",
    "apps.accounts",
    "apps.vault",
    "apps.jobs",
    "apps.intake",
    "apps.extraction",
    "apps.review",
    "apps.delivery",
    "apps.preservation",
    "apps.retention",
    "apps.assurance",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "axes",
    "guardian",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    *LADDER,
    "portal",
]

# Web

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
MIDDLEWARE = [
    "portal.headers.Everywhere",
    "portal.headers.BehindProxy",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.api.problems.ProblemsOnly",
    "apps.accounts.middleware.NoCookies",
    "apps.audit.middleware.RequestOrigin",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.QuietSignOut",
    "apps.accounts.middleware.KeyHolder",
    "apps.accounts.middleware.SignedInOnly",
    "apps.accounts.middleware.OrganisationScope",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.answers.NothingKept",
    "apps.audit.middleware.AccessAudit",
    "portal.answers.PlainErrors",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.rail.rail",
            ],
            "builtins": ["portal.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_DIR", default=str(PLACES.static)))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]  # ours alone
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.answers.StaticFiles"},
    **bucket.storages(),  # without one, documents rest in VAULT_DIR
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
DATA_UPLOAD_MAX_NUMBER_FILES = 200
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"  # without any, browsers send forms with no origin
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
BEHIND_TLS = env.flag("BEHIND_TLS", default=not EMBEDDED)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_TLS
SESSION_COOKIE_NAME = "__Host-session" if BEHIND_TLS else "arrowslit-session"
CSRF_COOKIE_NAME = "__Host-csrf" if BEHIND_TLS else "arrowslit-csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.answers.forged"
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None

# People

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_AGE = 8 * 3600  # seconds; a working day, whatever happens
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
QUIET_SECONDS = env.number("QUIET_SECONDS", default=900)
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", **options}
    for name, options in (
        ("MinimumLengthValidator", {"OPTIONS": {"min_length": 12}}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"OPTIONS": {"user_attributes": ["email", "name"]}}),
    )
]
ACCOUNT_ADAPTER = "apps.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "200/5m/ip"}  # axes counts failures, in the database
ANONYMOUS_USER_NAME = None  # guardian would make a person of nobody
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # grants are read by one queryset, not by a backend
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "apps.accounts.adapters.sign_in_name"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_DISABLE_ACCESS_LOG = True  # the trail records sign-ins
AXES_VERBOSE = False
EMAIL_BACKEND = (
    "django.core.mail.backends.filebased.EmailBackend"
    if EMBEDDED
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_FILE_PATH = PLACES.mail
MAIL_SERVER = env.mail(env.secret("MAIL_URL", default="smtp://localhost"))
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER[:4]
EMAIL_USE_SSL, EMAIL_USE_TLS = MAIL_SERVER[4:]
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.text("FROM_EMAIL", default="arrowslit@localhost")

# Programs

API_ROOT = "/api/"
API_REQUESTS_A_MINUTE = env.number("API_REQUESTS_A_MINUTE", default=120)  # of one key
API_FAILURE_LIMIT = 20  # wrong keys from one place
API_COOLOFF_SECONDS = 900
LONGEST_KEY = timedelta(days=365)
CACHES = {
    "default": {  # counts only; each web process has its own, and forgets the rest
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
REST_FRAMEWORK, SPECTACULAR_SETTINGS = libraries.REST_FRAMEWORK, libraries.SPECTACULAR

# Data

DATABASES = {
    "default": {
        **env.database(PLACES.database_url(DATABASE_ROLE)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
VAULT_DIR = PLACES.vault
BUCKET_LOCK_DAYS = env.number("BUCKET_LOCK_DAYS", default=0)  # of signed originals; 0: no lock
SECOND_VAULT_DIR = env.text("SECOND_VAULT_DIR")
ROOT_KEYS = env.secret(
    "ROOT_KEYS",
    default=""
    if SEQUENCING
    else secrets.kept(PLACES.secrets, "root-keys", secrets.root_keys)
    if EMBEDDED
    else None,
)
ADDRESS_KEY = SECRET_KEY  # for keyed digests of network addresses in the trail
AT_SIGN_OUT = ["apps.review.services.release"]  # each gives back what a person holds
TRAIL_NAME = env.text("TRAIL_NAME", default=ALLOWED_HOSTS[0])  # whose trees, on checkpoints
SEQUENCER_KEYS = Path(env.text("SEQUENCER_KEYS_FILE", default=str(PLACES.sequencer / "keys")))
TRAIL_MONTHS = env.number("TRAIL_MONTHS", default=84)
TIMESTAMP_AUTHORITIES = env.text(
    "TIMESTAMP_AUTHORITIES", default="local:" if EMBEDDED else ""
).split()
TIMESTAMPERS = {"local": "portal.demo.stamping.answer"} if EMBEDDED else {}
EXPOSES_NOTHING = ["account_login", "account_logout", "account_change_password"]

# Work

JOB_FLOWS = {one: f"portal.pipeline.{one.upper()}" for one in ("process", "export", "evidence")}
CELERY_BROKER_URL = env.secret("BROKER_URL", default="filesystem://localhost")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "quick"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = PLACES.broker_options(CELERY_BROKER_URL)

# Documents

READER_ENGINE = env.text("READER_ENGINE", default="rapid")
READER_COMMAND = ["apps.extraction.engines.serve", READER_ENGINE]  # module and engine
READER_THREADS = env.number("READER_THREADS", default=2)
SECOND_ENGINE = env.text("SECOND_ENGINE")  # reads money and identity again; none by default
DOCTR_PYTHON = env.text("DOCTR_PYTHON", default=str(BASE_DIR / ".venv-doctr" / "bin" / "python"))
DOCTR_WEIGHTS = env.text("DOCTR_WEIGHTS")
TESSERACT_LANGUAGES = env.text("TESSERACT_LANGUAGES", default="eng")
AUDITS_PER_MILLE = env.number("AUDITS_PER_MILLE", default=20)  # of accepted fields
KNOWN_ANSWERS_PER_MILLE = env.number("KNOWN_ANSWERS_PER_MILLE", default=30)  # of slits; 50 at most
LARGEST_FILE = 50 * 2**20  # bytes
MOST_FILES = 200  # at once
MOST_PAGES = 300
MOST_PIXELS = 50_000_000  # of one page, before it is drawn
RETENTION_POLICIES = BASE_DIR / "apps" / "retention" / "policies"
FIXITY_DAYS = env.number("FIXITY_DAYS", default=30)  # each copy is hashed again within
FIXITY_MB_PER_RUN = env.number("FIXITY_MB_PER_RUN", default=1024)

# Logs hold actions, not contents.

LOGGING = logs.config(as_json=not EMBEDDED)
logs.install()

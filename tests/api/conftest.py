from tests.accounts.conftest import happened
from tests.api.calls import ledger, nothing_counted, program
from tests.review.desk import desk

__all__ = ["desk", "happened", "ledger", "nothing_counted", "program"]

# Each target installs what it needs (scripts/setup); the second time this takes a second.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV ?= .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
# Long tests stand together: a worker without any takes from the other.
PARALLEL ?= -n 2 --dist worksteal
export VENV

# The stages of `make test`, in order; the first that fails ends it. Each can be run alone.
LINT := style layers types templates security
SITE := javascript migrations check translations docs-site
TESTS := oldest custom-page own-users postgresql
# What `make attack` sends more to.
ATTACKED := tests/security/test_hostile_requests.py tests/snippets/test_every_url.py

.PHONY: help demo test test-fast lint audit attack mutations chaos bench bench-full docs pictures \
	messages dist language clean \
	setup-demo setup-fast setup-test setup-compat $(LINT) $(SITE) sqlite $(TESTS)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup-demo ## Serve the example site, with its workers and a mail catcher
	@$(BIN)/python example_site/manage.py demo

test: $(LINT) $(SITE) audit $(TESTS) ## Run everything: checkers, the oldest versions on SQLite, the newest on PostgreSQL

test-fast: setup-fast ## Run the tests that need no server, on SQLite
	@$(PYTEST) -m "not servers and not browser and not chaos" $(PARALLEL)

lint: $(LINT) ## Run the checkers that only read

$(LINT) $(SITE) audit sqlite custom-page own-users postgresql: setup-test

# -- checkers ------------------------------------------------------------------------------------

style: ## Format and style (ruff)
	@$(call title,style)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

layers: ## Imports go down, never up (import-linter)
	@$(call title,layers)
	@$(BIN)/lint-imports

types: ## Types (mypy, strict)
	@$(call title,types)
	@$(BIN)/mypy

templates: ## Templates (djlint)
	@$(call title,templates)
	@$(BIN)/djlint --lint --quiet $$(git ls-files '*.html')

security: ## Security of the code (bandit)
	@$(call title,security)
	@$(BIN)/bandit --quiet -c pyproject.toml -ll --recursive wagtail_helpdesk example_site

javascript: ## Style and unit tests of the scripts (ESLint, Node's test runner)
	@$(call title,javascript)
	@node_modules/.bin/eslint --max-warnings 0 .
	@node --test --test-reporter=dot tests/javascript/

migrations: ## Migrations are complete
	@$(call title,migrations)
	@$(BIN)/django-admin makemigrations --check --dry-run --pythonpath . --settings tests.settings.fast

check: ## Django's own checks of the example site
	@$(call title,check)
	@$(BIN)/python example_site/manage.py check --fail-level WARNING

translations: ## Every string is translated, every catalogue compiled
	@$(call title,translations)
	@$(PYTEST) -q tests/test_translations.py tests/test_french.py

docs-site: ## The site of the documentation, in build/docs; a warning or a broken link fails (Sphinx)
	@$(call title,docs-site)
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs build/docs

audit: ## Known vulnerabilities of dependencies (pip-audit)
	@$(call title,audit)
	@scripts/audit

# -- tests ---------------------------------------------------------------------------------------

sqlite: ## The tests that need no server, and all that are about SQLite
	@$(call title,tests on SQLite)
	@$(PYTEST) -m "sqlite or (not servers and not browser and not chaos)" $(PARALLEL)

oldest: setup-compat ## The same on the oldest versions that pyproject.toml allows
	@$(call title,tests on SQLite with the oldest versions)
	@$(BIN)/nox --session oldest -- $(PARALLEL)

custom-page: ## The tests of a site with its own base page
	@$(call title,tests with a base page of the site)
	@$(BIN)/coverage erase
	@$(PYTEST) tests/own_base_page --ds=tests.settings.custom_page --cov --cov-report= --cov-fail-under=0

own-users: ## The tests of a site with its own user model, on SQLite and on PostgreSQL
	@$(call title,tests with UUIDs as keys of the users)
	@$(PYTEST) tests/uuid_users --ds=tests.settings.uuid_users
	@$(PYTEST) tests/uuid_users --ds=tests.settings.uuid_users_postgres

postgresql: ## The whole suite on PostgreSQL with the newest versions, all servers and the browser
	@$(call title,tests on PostgreSQL with the newest versions)
	@$(PYTEST) -m "not chaos" $(PARALLEL) --ds=tests.settings.postgres --cov --cov-append --cov-report=term

# -- long runs -----------------------------------------------------------------------------------

attack: setup-test ## Send every hostile value in every parameter of every address (half an hour)
	@HELPDESK_ATTACK=all $(PYTEST) $(ATTACKED) $(PARALLEL) --ds=tests.settings.postgres

mutations: setup-test ## Change the rules one by one and run their tests: make mutations MODULE=access SAMPLE=40
	@nice $(BIN)/python scripts/mutations $(or $(MODULE),$(error MODULE is missing: make mutations MODULE=access)) $(if $(SAMPLE),--sample $(SAMPLE))

chaos: setup-test ## Inject faults for some minutes, and count lost mails; TICKETS=200000 for a large helpdesk
	@HELPDESK_CHAOS_TICKETS=$(or $(TICKETS),0) $(PYTEST) -m chaos tests/chaos --ds=tests.settings.postgres

bench: setup-test ## Measure pages at 2,000 and 20,000 tickets (minutes)
	@$(BIN)/python -m bench

bench-full: setup-test ## Measure them at 10,000 to a million on PostgreSQL (an hour or two)
	@$(BIN)/python -m bench --size full

# -- housekeeping --------------------------------------------------------------------------------

docs: setup-fast ## Generate the pages of docs/reference
	@$(BIN)/python scripts/docs

pictures: setup-test ## Take the pictures of docs/pictures.md from a demonstration of its own (minutes)
	@$(BIN)/python scripts/pictures

messages: setup-test ## Collect the strings to translate, and compile the catalogues
	@cd wagtail_helpdesk && ../$(BIN)/django-admin makemessages --locale fr --locale en --no-wrap --add-location file --no-obsolete
	@cd wagtail_helpdesk && ../$(BIN)/django-admin compilemessages

dist: setup-test ## Build the distributions in dist/ from the last commit
	@$(BIN)/python scripts/dist

language: setup-test ## Start or continue a translation, and list what is missing: make language LANGUAGE=de
	@$(BIN)/python scripts/language $(or $(LANGUAGE),$(error LANGUAGE is missing: make language LANGUAGE=de))

clean: ## Remove everything that these targets created
	rm -rf $(VENV) .nox node_modules .state build dist htmlcov .coverage* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup-demo setup-fast setup-test setup-compat: setup-%:
	@scripts/setup $*

define title
printf '\n\033[1m== %s\033[0m\n' '$(1)'
endef

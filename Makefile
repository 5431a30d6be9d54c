# make run   set up, then build the graph of the seed pages with the shipped model
# make test  set up, then run the tests

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || echo python3)
BIN := .venv/bin
ENCODER := training/encoders/e5-small-zh
GOLD := annotations/dev annotations/test annotations/seeds/gold.jsonl
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint train card clean

run: .venv/run
	$(BIN)/zonekg run seeds/ --out out/

test: .venv/dev
	$(BIN)/pytest

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

train: .venv/train $(ENCODER)
	$(BIN)/zonekg train configs/trf.cfg --output models/zh_zone_news_trf
	$(BIN)/zonekg train configs/ner_sm.cfg --output models/zh_zone_news_sm
	$(BIN)/zonekg train configs/relations_sm.cfg --output models/zh_zone_news_sm

card: .venv/run
	$(BIN)/zonekg card models/zh_zone_news_trf $(GOLD) $(foreach part,ablation calibration relations,--section models/reports/trf-$(part).md)
	$(BIN)/zonekg card models/zh_zone_news_sm $(GOLD) --section models/reports/sm-calibration.md

$(ENCODER): | .venv/train
	$(BIN)/zonekg encoder $@

clean:
	rm -rf .venv out training tests/*/node/node_modules

.venv/run: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/train: .venv/run
	$(BIN)/pip install --quiet --editable ".[train]"
	touch $@

.venv/dev: .venv/run
	$(BIN)/pip install --quiet --editable ".[dev]"
	touch $@

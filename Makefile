# Thin on purpose: the work is in scripts/, which also runs where make is missing.
# ARGS goes through: make run ARGS="--config mine.toml", make test ARGS="unit -- -k wake"

.PHONY: help run test demo bench eval-character eval-memory eval-memory-quick soak docs lint release clean

help:
	@echo "make run     set up, fetch the models, talk"
	@echo "make test    set up, then every check and test (ARGS=unit for one group)"
	@echo "make demo    a conversation through the real engines, without a sound card"
	@echo "make bench   measure latency"
	@echo "make eval-character  is it honest about itself, on the real language model"
	@echo "make eval-memory        tell it whole lives, ask, and judge what it remembers (long; goes on where it was)"
	@echo "make eval-memory-quick  one of them"
	@echo "make soak    talk to it while things go wrong (ARGS='--minutes 30 --seed 1')"
	@echo "make docs    write the generated pages of docs/ anew"
	@echo "make lint    ruff, mypy, import-linter, shellcheck"
	@echo "make release VERSION=0.2.0  commit, tag and build a release (pushes nothing)"
	@echo "make clean   remove .venv and caches (models stay)"

run:
	@scripts/run $(ARGS)

test:
	@scripts/test $(ARGS)

demo:
	@scripts/setup && .venv/bin/voiceos models pull && .venv/bin/voiceos demo $(ARGS)

bench:
	@scripts/setup test && .venv/bin/voiceos models pull --starter && .venv/bin/voiceos bench $(ARGS)

eval-character:
	@scripts/setup test && .venv/bin/voiceos models pull --starter && .venv/bin/python -m voiceos.bench.character $(ARGS)

eval-memory:
	@scripts/setup test && .venv/bin/voiceos models pull --starter && .venv/bin/python -m voiceos.bench.eval_memory $(ARGS)

eval-memory-quick:
	@scripts/setup test && .venv/bin/voiceos models pull --starter && .venv/bin/python -m voiceos.bench.eval_memory --quick $(ARGS)

soak:
	@scripts/setup test && .venv/bin/voiceos models pull --starter && .venv/bin/python -m voiceos.bench.soak $(ARGS)

docs:
	@scripts/setup && .venv/bin/python -m voiceos.cli.docs

lint:
	@scripts/test lint

release:
	@scripts/setup test && scripts/release $(VERSION)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist

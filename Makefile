# From a fresh checkout: 'make run' redraws the paper's figures, 'make test' proves that it works.
# Each installs what is missing first (Debian 12); SETUP=no skips that.

BUILD   = build
PREFIX  = /usr/local
SETUP   = scripts/setup.sh
JOBS    = $(shell nproc)
MAKEFLAGS += --no-print-directory

ifeq ($(SETUP),no)
  override SETUP = :
endif

all: build

configure:
	@$(SETUP) build
	@cmake -S . -B $(BUILD) >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm $(BUILD).log

build: configure
	cmake --build $(BUILD) --parallel $(JOBS) --target liplaw_command

run: build
	@$(SETUP) run
	$(BUILD)/liplaw reproduce all --scale quick -o out/quick
	@scripts/show_page.sh out/quick/index.html

test: configure
	@$(SETUP) run test
	cmake --build $(BUILD) --parallel $(JOBS)
	@scripts/test.sh $(BUILD) --parallel $(JOBS)

bench: build
	@$(SETUP) bench
	bash bench/run.sh

install: configure
	cmake --build $(BUILD) --parallel $(JOBS)
	cmake --install $(BUILD) --prefix $(PREFIX)

SOURCES = find . \( -name 'build*' -o -name '.?*' \) -prune -o -name '*.[ch]' -print0

format:
	$(SOURCES) | xargs -0 clang-format -i

check-format:
	$(SOURCES) | xargs -0 clang-format --dry-run -Werror

clean:
	rm -rf $(BUILD)

.PHONY: all configure build run test bench install format check-format clean

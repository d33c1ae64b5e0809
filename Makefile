# limn: a thin door to the CMake presets. `make demo` paints a picture, `make test` runs every test.
.PHONY: demo test setup release debug bench fuzz clean help

help:
	@echo "make demo     install what is missing, build, and paint workflows/text2image.json"
	@echo "make test     install what is missing, build, and run every test"
	@echo "make release  build build/release/core/cli/limn"
	@echo "make debug    the same with assertions"
	@echo "make bench    measure this machine (limn bench)"
	@echo "make fuzz     build the libFuzzer targets with clang; see tests/fuzz/README.md"
	@echo "make clean    remove build/"

setup:
	@scripts/setup
	@scripts/setup-ui

demo: setup
	@scripts/build release limn
	@build/release/core/cli/limn run workflows/text2image.json

test: setup
	@scripts/test

release debug: setup
	@scripts/build $@

bench: setup
	@scripts/build release limn
	@build/release/core/cli/limn bench

fuzz: setup
	@scripts/build fuzz

clean:
	rm -rf build

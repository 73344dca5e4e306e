# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Builds the fuzz targets in one flavour, in the directory fuzzing/FLAVOUR of the
# build: replay (any compiler), libfuzzer (clang) or afl (afl-clang-fast).
# Called by Makefile with FLAVOUR, CC and SANITIZE, and takes the rest from it.

.DEFAULT_GOAL = targets
include Makefile

out = fuzzing/$(FLAVOUR)

compile_replay = $(SANITIZE)
compile_libfuzzer = -g -fsanitize=fuzzer-no-link $(SANITIZE)
compile_afl = -g $(SANITIZE)
link_replay = $(SANITIZE)
link_libfuzzer = -fsanitize=fuzzer $(SANITIZE)
link_afl = -fsanitize=fuzzer $(SANITIZE)
flags = $(filter -std=% -W%,$(NV2_CFLAGS)) $(FDT_CFLAGS) $(JANSSON_CFLAGS) \
	-O1 -fno-omit-frame-pointer -fno-sanitize-recover=all $(compile_$(FLAVOUR))

# What a target needs besides itself and the rooms.
parts_replay = $(out)/fuzz/replay.o
parts = $(out)/fuzz/session.o $(out)/fuzz/merging.o $(parts_$(FLAVOUR))

# What libFuzzer lets change the inputs: of one device tree, or of two inputs.
changes_libfuzzer = $(changes)
$(out)/tree $(out)/import: changes = $(out)/fuzz/mutate.o $(out)/fuzz/mutate_one.o
$(out)/boot $(out)/merge $(out)/verify: changes = $(out)/fuzz/mutate.o $(out)/fuzz/mutate_two.o
mutators_libfuzzer = $(out)/fuzz/mutate.o $(out)/fuzz/mutate_one.o $(out)/fuzz/mutate_two.o
mutators = $(mutators_$(FLAVOUR))

objects = $(FUZZED:%.c=$(out)/%.o)

targets: $(FUZZ_ALL:%=$(out)/%)

$(FUZZ_ALL:%=$(out)/%): $(out)/%: $(out)/fuzz/%.o $(parts) $(mutators) \
		$(out)/rooms.a
	@echo "  FUZZ     $@"
	@$(CC) $(link_$(FLAVOUR)) -o $@ $< $(parts) $(changes_$(FLAVOUR)) $(out)/rooms.a \
		$(FDT_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS)

$(out)/rooms.a: $(objects)
	@rm -f $@
	@$(AR) rc $@ $^

# The scanner and the parser are generated, and not held to our warnings.
$(out)/src/lang/grammar.o $(out)/src/lang/scan.o: flags += -w

$(out)/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(flags) -MMD -MP -c -o $@ $<

-include $(objects:.o=.d) $(parts:.o=.d) $(mutators:.o=.d) $(FUZZ_ALL:%=$(out)/fuzz/%.d)

.PHONY: targets
.SECONDARY:

/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes bundles signed and not, and a signature check that says what it is told to, checks who is
 * trusted, and on which board. Never checks a signature: that is not the library's.
 */
#include "case.h"

#include "blob/fdt.h"
#include "nv2/boot.h"

/* RFC 8032, 7.1, TEST 1, whose secret half the fixtures are signed with; and TEST 2's. */
static const unsigned char keys[64] = {
	0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d,
	0x1b, 0x7e, 0xbc, 0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd,
	0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c, 0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a,
	0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3,
	0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
};

#define VERSION 3u /* of the fixtures */

static struct nv2_bundle bundle;
static struct nv2_failure failure;

struct verifier {
	int answer;
	unsigned calls;
	const unsigned char *key, *message, *signature;
	size_t size;
};

static int verify(void *context, const unsigned char *key, const void *message, size_t size,
		  const unsigned char *signature)
{
	struct verifier *verifier = (struct verifier *)context;

	verifier->calls++;
	verifier->key = key;
	verifier->message = (const unsigned char *)message;
	verifier->size = size;
	verifier->signature = signature;
	return verifier->answer;
}

static void begin(const char *name)
{
	struct fixture bytes = fixture(name);

	CHECK_U64(nv2_bundle_open(&bundle, bytes.bytes, bytes.size), NV2_OK);
	memset(&failure, 0x5a, sizeof(failure));
}

static void expect(enum nv2_status status, const struct nv2_trust *trust, const struct nv2_ops *ops)
{
	CHECK_U64(nv2_bundle_verify(&bundle, trust, ops, &failure), status);
	CHECK_U64(failure.status, status);
}

static const struct nv2_trust nobody = {0};
static const struct nv2_trust both = {.keys = keys, .key_count = 2, .last_version = VERSION};

static void without_a_key_all_are_taken(void)
{
	static const char *const names[] = {"redbud.nv2b", "redbud.signed.nv2b", "sequoia.nv2b"};
	const struct nv2_trust replayed = {.last_version = VERSION + 1};

	for (size_t i = 0; i < 3; i++) {
		begin(names[i]);
		expect(NV2_OK, &nobody, NULL);
		CHECK_U64(failure.step, NV2_STEP_NONE);
		CHECK(!failure.what);
		CHECK_U64(failure.cause, 0);
		expect(NV2_OK, &replayed, NULL);
	}
}

static void the_signers_key_is_asked_for(void)
{
	struct verifier verifier = {0};
	const struct nv2_ops ops = {.context = &verifier, .verify_signature = verify};
	struct fixture bytes = fixture("redbud.signed.nv2b");

	begin("redbud.signed.nv2b");
	expect(NV2_OK, &both, &ops);
	CHECK_U64(verifier.calls, 1);
	CHECK(verifier.key == keys + 32);
	CHECK(verifier.message == bytes.bytes + NV2_SEAL_OFFSET);
	CHECK_U64(verifier.size, NV2_SEAL_MESSAGE_SIZE);
	CHECK(verifier.signature == bytes.bytes + NV2_SEAL_OFFSET + NV2_SEAL_MESSAGE_SIZE);
	verifier.answer = -3;
	expect(NV2_ERR_SIGNATURE, &both, &ops);
	CHECK_U64(failure.cause, -3);
}

static void other_keys_are_not(void)
{
	struct verifier verifier = {0};
	const struct nv2_ops ops = {.context = &verifier, .verify_signature = verify};
	const struct nv2_trust other = {.keys = keys, .key_count = 1};

	begin("redbud.signed.nv2b");
	expect(NV2_ERR_SIGNATURE, &other, &ops);
	CHECK_U64(failure.cause, 0);
	CHECK_U64(verifier.calls, 0);
}

/* --- before anything is parsed ------------------------------------------------ */

static void a_seal_is_verified_by_itself(void)
{
	struct verifier verifier = {0};
	const struct nv2_ops ops = {.context = &verifier, .verify_signature = verify};
	const struct nv2_trust other = {.keys = keys, .key_count = 1};
	const struct nv2_trust locked = {.locked_down = true};
	struct fixture good = fixture("redbud.signed.nv2b"), plain = fixture("redbud.nv2b");

	CHECK_U64(nv2_seal_verify(good.bytes, good.size, &both, &ops, &failure), NV2_OK);
	CHECK_U64(failure.status, NV2_OK);
	CHECK_U64(failure.step, NV2_STEP_NONE);
	CHECK_U64(verifier.calls, 1);
	CHECK(verifier.key == keys + 32);
	CHECK(verifier.message == good.bytes + NV2_SEAL_OFFSET);
	CHECK_U64(verifier.size, NV2_SEAL_MESSAGE_SIZE);
	CHECK(verifier.signature == good.bytes + NV2_SEAL_OFFSET + NV2_SEAL_MESSAGE_SIZE);
	CHECK_U64(nv2_seal_verify(good.bytes, good.size, &nobody, NULL, &failure), NV2_OK);
	CHECK_U64(nv2_seal_verify(good.bytes, good.size, &other, &ops, &failure),
		  NV2_ERR_SIGNATURE);
	CHECK_U64(nv2_seal_verify(good.bytes, good.size, &locked, &ops, &failure),
		  NV2_ERR_SIGNATURE);
	CHECK_U64(nv2_seal_verify(good.bytes, good.size, &both, NULL, &failure),
		  NV2_ERR_NO_VERIFIER);
	CHECK_U64(nv2_seal_verify(plain.bytes, plain.size, &both, &ops, &failure),
		  NV2_ERR_UNSIGNED);
	CHECK_U64(nv2_seal_verify(plain.bytes, plain.size, &locked, NULL, &failure),
		  NV2_ERR_UNSIGNED);
	CHECK_U64(verifier.calls, 1);
	verifier.answer = -3;
	CHECK_U64(nv2_seal_verify(good.bytes, good.size, &both, &ops, &failure), NV2_ERR_SIGNATURE);
	CHECK_U64(failure.cause, -3);
}

/* Nobody is asked about a signature before the digest is known to be right. */
static void a_damaged_seal_is_not_verified(void)
{
	struct verifier verifier = {0};
	const struct nv2_ops ops = {.context = &verifier, .verify_signature = verify};
	struct fixture good = fixture("redbud.signed.nv2b");

	CHECK_U64(nv2_seal_verify(good.bytes, good.size - 1, &both, &ops, &failure),
		  NV2_ERR_DIGEST);
	CHECK_U64(failure.status, NV2_ERR_DIGEST);
	CHECK_U64(nv2_seal_verify(good.bytes, 100, &both, &ops, &failure), NV2_ERR_TRUNCATED);
	CHECK_U64(nv2_seal_verify(good.bytes + 4, 400, &both, &ops, &failure), NV2_ERR_NOT_BUNDLE);
	CHECK_U64(verifier.calls, 0);
}

/* A seal says nothing about the counter: that is inside. */
static void a_seal_has_no_counter(void)
{
	struct verifier verifier = {0};
	const struct nv2_ops ops = {.context = &verifier, .verify_signature = verify};
	struct fixture good = fixture("redbud.signed.nv2b");
	struct nv2_trust trust = both;

	trust.last_version = VERSION + 1;
	CHECK_U64(nv2_seal_verify(good.bytes, good.size, &trust, &ops, &failure), NV2_OK);
}

/* --- an opened bundle --------------------------------------------------------- */

static void with_a_key_a_signature_must_be_there(void)
{
	struct verifier verifier = {0};
	const struct nv2_ops ops = {.context = &verifier, .verify_signature = verify};

	begin("redbud.nv2b");
	expect(NV2_ERR_UNSIGNED, &both, &ops);
	CHECK_U64(verifier.calls, 0);
}

static void with_a_key_somebody_must_check(void)
{
	const struct nv2_ops ops = {0};

	begin("redbud.signed.nv2b");
	expect(NV2_ERR_NO_VERIFIER, &both, &ops);
	expect(NV2_ERR_NO_VERIFIER, &both, NULL);
}

static void lockdown_without_a_key_refuses_all(void)
{
	struct verifier verifier = {0};
	const struct nv2_ops ops = {.context = &verifier, .verify_signature = verify};
	struct nv2_trust locked = {.locked_down = true};

	begin("redbud.nv2b");
	expect(NV2_ERR_UNSIGNED, &locked, &ops);
	begin("redbud.signed.nv2b");
	expect(NV2_ERR_SIGNATURE, &locked, &ops);
	expect(NV2_ERR_SIGNATURE, &locked, NULL);
	CHECK_U64(verifier.calls, 0);
	locked.keys = keys;
	locked.key_count = 2;
	expect(NV2_OK, &locked, &ops);
	CHECK_U64(verifier.calls, 1);
}

static void an_older_bundle_is_refused(void)
{
	struct verifier verifier = {0};
	const struct nv2_ops ops = {.context = &verifier, .verify_signature = verify};
	struct nv2_trust trust = both;

	begin("redbud.signed.nv2b");
	trust.last_version = VERSION + 1;
	expect(NV2_ERR_REPLAY, &trust, &ops);
	CHECK_U64(failure.wanted, VERSION + 1);
	CHECK_U64(failure.found, VERSION);
	trust.last_version = VERSION - 1;
	expect(NV2_OK, &trust, &ops);
}

static void both_overlays_are_looked_at(void)
{
	struct fixture tree = fixture("redbud.dtb");
	static const struct {
		enum nv2_part_kind kind;
		const char *name;
	} parts[] = {{NV2_PART_HOST_FW, "host-fw"}, {NV2_PART_HOST_OS, "host-os"}};

	for (size_t i = 0; i < 2; i++) {
		struct nv2_part *part;

		begin("redbud.nv2b");
		part = &bundle.part[parts[i].kind];
		part->size--;
		expect(NV2_ERR_TRUNCATED, &nobody, NULL);
		CHECK_TEXT(failure.what, parts[i].name);
		CHECK_U64(failure.node, 4); /* the header's totalsize */
		/* A device tree, but no overlay. */
		part->data = tree.bytes;
		part->size = (uint32_t)tree.size;
		expect(NV2_ERR_OVERLAY, &nobody, NULL);
		CHECK_TEXT(failure.what, parts[i].name);
	}
}

static void a_tree_is_of_a_board_or_not(void)
{
	struct fixture bytes = fixture("redbud.dtb");
	struct nv2_fdt tree;

	begin("redbud.nv2b");
	CHECK_U64(nv2_fdt_open(&tree, bytes.bytes, bytes.size), NV2_OK);
	CHECK_U64(nv2_board_check(&bundle, &tree, &failure), NV2_OK);
	CHECK_U64(failure.status, NV2_OK);
	CHECK_U64(failure.step, NV2_STEP_NONE);
	begin("small.nv2b"); /* "example,small", "example,board" */
	CHECK_U64(nv2_board_check(&bundle, &tree, &failure), NV2_ERR_BOARD);
	CHECK_U64(failure.status, NV2_ERR_BOARD);
	CHECK_TEXT(failure.what, "ibm,powernv"); /* its first */
	CHECK_TEXT(failure.property, "compatible");
	CHECK_U64(failure.at, tree.root);
	/* A root without one. */
	tree.root = nv2_fdt_find(&tree, "/ibm,pcie-slots", strlen("/ibm,pcie-slots"));
	CHECK(tree.root != 0);
	CHECK_U64(nv2_board_check(&bundle, &tree, &failure), NV2_ERR_BOARD);
	CHECK(!failure.what);
}

const struct test_case trust_cases[] = {
	CASE(without_a_key_all_are_taken),
	CASE(the_signers_key_is_asked_for),
	CASE(other_keys_are_not),
	CASE(a_seal_is_verified_by_itself),
	CASE(a_damaged_seal_is_not_verified),
	CASE(a_seal_has_no_counter),
	CASE(with_a_key_a_signature_must_be_there),
	CASE(with_a_key_somebody_must_check),
	CASE(lockdown_without_a_key_refuses_all),
	CASE(an_older_bundle_is_refused),
	CASE(both_overlays_are_looked_at),
	CASE(a_tree_is_of_a_board_or_not),
};
const size_t trust_case_count = sizeof(trust_cases) / sizeof(trust_cases[0]);

// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of signatures: armour taken off, what gpgv says understood, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verify/armor.h"
#include "verify/trust.h"

/* -------------------------------------------------------------------- armour */

/* Eight bytes of what begins as a public key packet: 99 01 02 03 04 05 06 07. */
#define BLOCK_OF(text) "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" text "-----END PGP PUBLIC KEY BLOCK-----\n"
#define BODY "\nmQECAwQF\nBgc=\n=abcd\n"

static size_t opened(const char *text, uint8_t *to)
{
	return ddl_armor_open(to, text, strlen(text));
}

static void armour_good(void **state)
{
	static const uint8_t want[] = { 0x99, 1, 2, 3, 4, 5, 6, 7 };
	static const char *const good[] = {
		BLOCK_OF(BODY),
		"words before\r\n" BLOCK_OF(BODY) "and after\n",
		BLOCK_OF("Version: GnuPG\nComment: x\n" BODY),
		BLOCK_OF("\nmQECAwQFBgc=\n"),
	};
	uint8_t to[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(opened(good[i], to), sizeof(want));
		assert_memory_equal(to, want, sizeof(want));
	}
	assert_int_equal(opened(BLOCK_OF(BODY) BLOCK_OF(BODY), to), 16);
	assert_int_equal(ddl_armor_open(to, want, sizeof(want)), sizeof(want));
	assert_memory_equal(to, want, sizeof(want));
}

static void armour_bad(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"no key\n",
		"-----BEGIN PGP PUBLIC KEY BLOCK-----",
		"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEC",
		"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQECAwQFBgc=\n",
		BLOCK_OF("\nm!ECAwQF\n"),
		BLOCK_OF("\nAAECAwQF\n"),
		BLOCK_OF("\n\n"),
		BLOCK_OF(""),
		"-----BEGIN PGP SIGNATURE-----\n" BODY "-----END PGP SIGNATURE-----\n",
	};
	uint8_t to[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(opened(bad[i], to), 0);
}

/* However it is cut, no more is written than was read. */
static void armour_cut(void **state)
{
	const char *whole = BLOCK_OF("Version: x\n" BODY) BLOCK_OF(BODY);

	(void)state;
	for (size_t n = 0; n <= strlen(whole); n++) {
		char *from = malloc(n + 1);
		uint8_t *to = malloc(n + 1);

		memcpy(from, whole, n);
		assert_true(ddl_armor_open(to, from, n) <= n);
		free(from);
		free(to);
	}
}

/* ------------------------------------------------------------------- verdicts */

#define S "[GNUPG:] "
#define KEY "6CF89D54F642BA888FCC4F3752AC6BACFE48F689"
#define SIGNER "52AC6BACFE48F689 Acme <u@acme.example>\n"
#define VALID S "VALIDSIG AAAA9D54F642BA888FCC4F3752AC6BACFE48F600 2026-11-21 1795236590 0 4 0 1 10 00 " KEY "\n"

static struct ddl_verdict verdict_allowing(const char *words, int status, bool allow_sha1)
{
	struct ddl_verdict verdict;
	char *copy = strdup(words);

	ddl_verdict_read(&verdict, copy, status, allow_sha1);
	free(copy);
	return verdict;
}

static struct ddl_verdict verdict_of(const char *words, int status)
{
	return verdict_allowing(words, status, false);
}

/* As gpgv of GnuPG 2.2.40 says it, of signatures that gpg has made with --digest-algo. */
#define VALID_SHA1 \
	S "VALIDSIG 10DE7F49196AD44B5D96691D3273C560E9979F53 2026-11-27 1795765986 0 4 0 1 2 00 10DE7F49196AD44B5D96691D3273C560E9979F53\n"
#define MD5 S "ERRSIG 3273C560E9979F53 1 1 00 1795765986 5 10DE7F49196AD44B5D96691D3273C560E9979F53\n"

static void digests_that_can_be_forged(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(S "GOODSIG " SIGNER VALID_SHA1, 0).state, DDL_SIGNED_WEAK);
	assert_int_equal(verdict_of(S "GOODSIG " SIGNER VALID S "GOODSIG " SIGNER VALID_SHA1, 0).state, DDL_SIGNED_WEAK);
	assert_int_equal(verdict_allowing(S "GOODSIG " SIGNER VALID_SHA1, 0, true).state, DDL_SIGNED_GOOD);
	assert_int_equal(verdict_allowing(S "GOODSIG " SIGNER VALID_SHA1, 256, true).state, DDL_SIGNED_BAD);
	assert_int_equal(verdict_of(S "EXPKEYSIG " SIGNER VALID_SHA1, 0).state, DDL_SIGNED_EXPIRED);
	assert_int_equal(verdict_of(S "BADSIG " SIGNER, 256).state, DDL_SIGNED_BAD);
	for (int allow = 0; allow < 2; allow++) {
		assert_int_equal(verdict_allowing(MD5, 512, allow).state, DDL_SIGNED_WEAK);
		assert_int_equal(verdict_allowing(S "GOODSIG " SIGNER VALID MD5, 512, allow).state, DDL_SIGNED_WEAK);
		assert_int_equal(verdict_allowing(MD5 S "BADSIG " SIGNER, 512, allow).state, DDL_SIGNED_BAD);
	}
	assert_string_equal(verdict_of(S "GOODSIG " SIGNER VALID_SHA1, 0).key, "10DE7F49196AD44B5D96691D3273C560E9979F53");
	assert_string_equal(verdict_of(MD5, 512).key, "10DE7F49196AD44B5D96691D3273C560E9979F53");
	/* words that are cut short say nothing of a digest */
	assert_int_equal(verdict_of(S "GOODSIG " SIGNER S "VALIDSIG 10DE 1 2 3\n", 0).state, DDL_SIGNED_GOOD);
}

static void verdicts(void **state)
{
	static const struct {
		const char *words;
		int status;
		enum ddl_signature_state state;
	} table[] = {
		{ S "NEWSIG\n" S "GOODSIG " SIGNER VALID, 0, DDL_SIGNED_GOOD },
		{ S "GOODSIG " SIGNER VALID, 256, DDL_SIGNED_BAD }, /* it did not end well */
		{ S "GOODSIG " SIGNER, 0, DDL_SIGNED_BAD }, /* not called valid */
		{ VALID, 0, DDL_SIGNED_BAD },
		{ "GOODSIG " SIGNER "VALIDSIG x\n", 0, DDL_SIGNED_BAD }, /* not gpgv's own words */
		{ S "BADSIG " SIGNER, 256, DDL_SIGNED_BAD },
		{ S "GOODSIG " SIGNER VALID S "BADSIG " SIGNER, 0, DDL_SIGNED_BAD },
		{ S "BADSIG " SIGNER S "GOODSIG " SIGNER VALID, 0, DDL_SIGNED_BAD },
		{ S "REVKEYSIG " SIGNER VALID, 0, DDL_SIGNED_BAD },
		{ S "EXPKEYSIG " SIGNER VALID, 0, DDL_SIGNED_EXPIRED },
		{ S "EXPSIG " SIGNER VALID, 0, DDL_SIGNED_EXPIRED },
		{ S "GOODSIG " SIGNER VALID S "EXPKEYSIG " SIGNER VALID, 0, DDL_SIGNED_EXPIRED },
		{ S "ERRSIG 52AC6BACFE48F689 1 10 00 1 9 " KEY "\n" S "NO_PUBKEY 52AC6BACFE48F689\n", 512, DDL_SIGNED_UNKNOWN },
		{ S "GOODSIG " SIGNER VALID S "ERRSIG 52AC6BACFE48F689 1 10 00 1 9 -\n" S "NO_PUBKEY 52AC6BACFE48F689\n", 512,
		  DDL_SIGNED_UNKNOWN },
		{ S "ERRSIG 52AC6BACFE48F689 99 10 00 1 4 " KEY "\n", 512, DDL_SIGNED_BAD },
		{ S "NODATA 4\n", 512, DDL_SIGNED_BAD },
		{ S "NODATA 4\n" S "NO_PUBKEY 52AC6BACFE48F689\n", 512, DDL_SIGNED_BAD },
		{ "", 0, DDL_SIGNED_BAD },
		{ "\n\n[GNUPG:] \n[GNUPG:]", 0, DDL_SIGNED_BAD },
		{ "", 512, DDL_SIGNED_BAD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (verdict_of(table[i].words, table[i].status).state != table[i].state)
			fail_msg("row %zu: state %u", i, verdict_of(table[i].words, table[i].status).state);
}

static void verdict_texts(void **state)
{
	struct ddl_verdict verdict = verdict_of(S "GOODSIG " SIGNER VALID, 0);

	(void)state;
	assert_string_equal(verdict.signer, "Acme <u@acme.example>");
	assert_string_equal(verdict.key, KEY); /* the primary key's, not the subkey's */
	verdict = verdict_of(S "GOODSIG 52AC6BACFE48F689 a%0Ab%25%e4%00%\x1b[1m%4\n", 0);
	assert_string_equal(verdict.signer, "a b%?%00%?[1m%4");
	verdict = verdict_of(S "NO_PUBKEY 52AC6BACFE48F689\n", 512);
	assert_string_equal(verdict.key, "52AC6BACFE48F689");
	assert_string_equal(verdict_of(S "NO_PUBKEY ../../etc\n", 512).key, "");
	assert_string_equal(verdict_of(S "GOODSIG\n" S "GOODSIG x\n", 0).signer, "");
}

/* --------------------------------------------------------------------- policy */

static enum ddl_code judged(enum ddl_signature_state list, enum ddl_signature_state package, bool required)
{
	struct ddl_options options = { .require_signature = required };
	struct ddl_package packages[] = {
		{ .file = "a.rpm", .state = DDL_PKG_STAGED, .signature = { DDL_SIGNED_GOOD, "x", "y", false } },
		{ .file = "b.rpm", .state = DDL_PKG_STAGED, .signature = { package, "x", "y", false } },
		{ .file = "for-another-kernel.rpm", .state = DDL_PKG_TESTED },
	};
	struct ddl_repo repo = {
		.identifier = "acme:x", .signature = { list, "x", "y", false }, .packages = packages, .n_packages = 3
	};
	struct ddl_error error = DDL_ERROR_INIT;
	int result = ddl_trust_judge(&options, &repo, &error);

	assert_int_equal(result, error.code == DDL_OK ? 0 : -1);
	return error.code;
}

static void policy(void **state)
{
	(void)state;
	for (int s = DDL_SIGNED_UNREAD; s <= DDL_SIGNED_BAD; s++)
		assert_int_equal(judged((enum ddl_signature_state)s, DDL_SIGNED_NOT, false), DDL_OK);
	assert_int_equal(judged(DDL_SIGNED_GOOD, DDL_SIGNED_NOT, true), DDL_OK);
	assert_int_equal(judged(DDL_SIGNED_BY_HAND, DDL_SIGNED_NOT, true), DDL_OK);
	assert_int_equal(judged(DDL_SIGNED_NOT, DDL_SIGNED_GOOD, true), DDL_OK);
	assert_int_equal(judged(DDL_SIGNED_UNREAD, DDL_SIGNED_BY_HAND, true), DDL_OK);
	assert_int_equal(judged(DDL_SIGNED_NOT, DDL_SIGNED_NOT, true), DDL_E_UNSIGNED);
	assert_int_equal(judged(DDL_SIGNED_UNREAD, DDL_SIGNED_UNREAD, true), DDL_E_UNSIGNED);
	assert_int_equal(judged(DDL_SIGNED_UNKNOWN, DDL_SIGNED_GOOD, true), DDL_E_KEY_UNKNOWN);
	assert_int_equal(judged(DDL_SIGNED_EXPIRED, DDL_SIGNED_GOOD, true), DDL_E_KEY_EXPIRED);
	assert_int_equal(judged(DDL_SIGNED_UNCHECKED, DDL_SIGNED_GOOD, true), DDL_E_GPGV);
	assert_int_equal(judged(DDL_SIGNED_NOT, DDL_SIGNED_UNKNOWN, true), DDL_E_KEY_UNKNOWN);
	assert_int_equal(judged(DDL_SIGNED_NOT, DDL_SIGNED_UNCHECKED, true), DDL_E_GPGV);
	assert_int_equal(judged(DDL_SIGNED_WEAK, DDL_SIGNED_GOOD, true), DDL_E_WEAK);
	assert_int_equal(judged(DDL_SIGNED_NOT, DDL_SIGNED_WEAK, true), DDL_E_WEAK);
}

static void worst_is_shown(void **state)
{
	struct ddl_package packages[3] = { { .file = "a" },
					   { .signature = { DDL_SIGNED_GOOD, "", "", false } },
					   { .signature = { DDL_SIGNED_UNKNOWN, "", "", false } } };
	struct ddl_repo repo = { .packages = packages, .n_packages = 3 };

	(void)state;
	assert_int_equal(ddl_repo_signature(&repo)->state, DDL_SIGNED_UNKNOWN);
	packages[0].signature.state = DDL_SIGNED_NOT;
	assert_int_equal(ddl_repo_signature(&repo)->state, DDL_SIGNED_NOT);
	packages[1].signature.state = DDL_SIGNED_BAD;
	assert_int_equal(ddl_repo_signature(&repo)->state, DDL_SIGNED_BAD);
	repo.signature.state = DDL_SIGNED_GOOD;
	assert_int_equal(ddl_repo_signature(&repo)->state, DDL_SIGNED_GOOD);
	repo.n_packages = 0;
	repo.signature.state = DDL_SIGNED_UNREAD;
	assert_int_equal(ddl_repo_signature(&repo)->state, DDL_SIGNED_UNREAD);
}

/* Only what is whole by that very key, and known to be. */
static void trusted_by_hand(void **state)
{
	struct ddl_package packages[] = {
		{ .signature = { DDL_SIGNED_UNKNOWN, "x", "AA", true } },
		{ .signature = { DDL_SIGNED_UNKNOWN, "x", "AA", false } },
		{ .signature = { DDL_SIGNED_UNKNOWN, "x", "BB", true } },
		{ .signature = { DDL_SIGNED_BAD, "x", "AA", true } },
		{ .signature = { DDL_SIGNED_EXPIRED, "x", "AA", true } },
	};
	static const enum ddl_signature_state want[] = { DDL_SIGNED_BY_HAND, DDL_SIGNED_UNKNOWN, DDL_SIGNED_UNKNOWN,
							 DDL_SIGNED_BAD, DDL_SIGNED_EXPIRED };
	struct ddl_repo repo = { .signature = { DDL_SIGNED_UNKNOWN, "x", "AA", true }, .packages = packages, .n_packages = 5 };

	(void)state;
	ddl_trust_by_hand(&repo, "AA");
	assert_int_equal(repo.signature.state, DDL_SIGNED_BY_HAND);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(packages[i].signature.state, want[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(armour_good),
		cmocka_unit_test(armour_bad),
		cmocka_unit_test(armour_cut),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(verdict_texts),
		cmocka_unit_test(policy),
		cmocka_unit_test(digests_that_can_be_forged),
		cmocka_unit_test(worst_is_shown),
		cmocka_unit_test(trusted_by_hand),
	};

	return cmocka_run_group_tests_name("signature", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of a pack: found among what was read, checked, judged. */
#include "trust.h"

#include <string.h>

#include "limits.h"

static const char repomd_name[] = "repodata/repomd.xml", signature_name[] = "repodata/repomd.xml.asc";

static const struct ddl_metadata *metadata_of(const struct ddl_repo *repo, const char *name)
{
	for (size_t i = 0; name && *name && i < repo->n_metadata; i++)
		if (strcmp(repo->metadata[i].name, name) == 0)
			return &repo->metadata[i];
	return NULL;
}

static bool is_trusted(const struct ddl_signature *signature)
{
	return signature->state == DDL_SIGNED_GOOD || signature->state == DDL_SIGNED_BY_HAND;
}

/* One signature; bad ones and those that could not be checked go to the log as well. */
static int check(struct ddl_trust *trust, const struct ddl_repo *repo, const char *what, struct ddl_claim *claim,
		 struct ddl_signature *signature, struct ddl_error *error)
{
	const struct ddl_metadata *key = metadata_of(repo, repo->key);
	struct ddl_error why = DDL_ERROR_INIT;
	char words[DDL_MAX_TEXT];

	if (!trust->checker)
		trust->checker = ddl_checker_new(trust->options, trust->stage, trust->log, error);
	if (!trust->checker)
		return -1;
	if (key && key->length <= DDL_MAX_KEY_FILE) {
		claim->own_key = key->bytes;
		claim->own_key_length = key->length;
	}
	if (ddl_signature_check(trust->checker, &trust->confine, trust->arena, claim, signature, &why) < 0) {
		*error = why;
		return -1;
	}
	if (why.code != DDL_OK)
		ddl_log_error(trust->log, what, &why);
	ddl_log(trust->log, "%s: %s (%s)", what, ddl_words_signature(words, sizeof(words), signature), signature->key);
	return 0;
}

static void forged(struct ddl_package *package, const char *what)
{
	if (package->state == DDL_PKG_BAD)
		return;
	package->state = DDL_PKG_BAD;
	(void)ddl_fail(&package->trouble, DDL_E_FORGED, 0, "%s", what);
}

static int check_list(struct ddl_trust *trust, struct ddl_repo *repo, struct ddl_error *error)
{
	const struct ddl_metadata *list = metadata_of(repo, repomd_name), *packet = metadata_of(repo, signature_name);
	struct ddl_claim claim = { .data_fd = -1 };

	if (repo->generation != DDL_GEN_UPDATE || repo->signature.state != DDL_SIGNED_UNREAD || !list)
		return 0;
	if (!packet) {
		repo->signature = (struct ddl_signature){ DDL_SIGNED_NOT, "", "", false };
		return 0;
	}
	claim.packet = packet->bytes;
	claim.packet_length = packet->length;
	claim.data = list->bytes;
	claim.data_length = list->length;
	return check(trust, repo, repo->identifier, &claim, &repo->signature, error);
}

static int check_package(struct ddl_trust *trust, const struct ddl_repo *repo, struct ddl_package *package,
			 struct ddl_error *error)
{
	struct ddl_proof *proof = package->proof;
	struct ddl_claim claim = { .data_fd = -1 };

	if (package->state != DDL_PKG_STAGED || package->signature.state != DDL_SIGNED_UNREAD ||
	    (package->type != DDL_PKG_DRIVER_RPM && package->type != DDL_PKG_RPM))
		return 0;
	package->signature = (struct ddl_signature){ proof ? DDL_SIGNED_UNCHECKED : DDL_SIGNED_NOT, "", "", false };
	if (!proof || (proof->payload_too && package->fd < 0))
		return 0; /* an old signature is over the whole package, which was not kept */
	claim.packet = proof->packet;
	claim.packet_length = proof->packet_length;
	claim.data = proof->payload_too ? NULL : proof->data;
	claim.data_length = proof->data_length;
	claim.data_fd = proof->payload_too ? package->fd : -1;
	claim.data_offset = proof->data_offset;
	if (check(trust, repo, package->file, &claim, &package->signature, error) < 0)
		return -1;
	if (proof->untied && (is_trusted(&package->signature) || package->signature.own))
		package->signature.state = DDL_SIGNED_UNCHECKED; /* the header is signed, the payload could be any */
	package->proof = NULL;
	return 0;
}

int ddl_trust_check(struct ddl_trust *trust, struct ddl_repo *repo, struct ddl_error *error)
{
	if (check_list(trust, repo, error) < 0)
		return -1;
	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_package *package = &repo->packages[i];

		if (check_package(trust, repo, package, error) < 0)
			return -1;
		if (package->signature.state == DDL_SIGNED_BAD)
			forged(package, "");
		else if (repo->signature.state == DDL_SIGNED_BAD)
			forged(package, repomd_name);
	}
	return 0;
}

/* "Not signed" of the list says less than what the packages say; of these the worst counts. */
const struct ddl_signature *ddl_repo_signature(const struct ddl_repo *repo)
{
	const struct ddl_signature *worst = &repo->signature;

	if (worst->state > DDL_SIGNED_NOT)
		return worst;
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_signature *each = &repo->packages[i].signature;

		if (each->state != DDL_SIGNED_UNREAD && worst->state != DDL_SIGNED_BAD &&
		    (worst == &repo->signature || each->state == DDL_SIGNED_BAD || each->state < worst->state))
			worst = each;
	}
	return worst;
}

static int refuse(const struct ddl_signature *signature, const char *what, struct ddl_error *error)
{
	switch (signature->state) {
	case DDL_SIGNED_UNKNOWN:
		return ddl_fail(error, DDL_E_KEY_UNKNOWN, 0, "%s: %s %s", what, signature->signer, signature->key);
	case DDL_SIGNED_EXPIRED:
		return ddl_fail(error, DDL_E_KEY_EXPIRED, 0, "%s: %s %s", what, signature->signer, signature->key);
	case DDL_SIGNED_UNCHECKED:
		return ddl_fail(error, DDL_E_GPGV, 0, "%s", what);
	case DDL_SIGNED_BAD:
		return ddl_fail(error, DDL_E_FORGED, 0, "%s", what);
	default:
		return ddl_fail(error, DDL_E_UNSIGNED, 0, "%s", what);
	}
}

static void mark(struct ddl_signature *signature, const char *key)
{
	if (signature->state != DDL_SIGNED_UNKNOWN || !signature->own || strcmp(signature->key, key) != 0)
		return;
	signature->state = DDL_SIGNED_BY_HAND;
	signature->own = false;
}

void ddl_trust_by_hand(struct ddl_repo *repo, const char *key)
{
	mark(&repo->signature, key);
	for (size_t i = 0; i < repo->n_packages; i++)
		mark(&repo->packages[i].signature, key);
}

int ddl_trust_judge(const struct ddl_options *options, const struct ddl_repo *repo, struct ddl_error *error)
{
	if (!options->require_signature || is_trusted(&repo->signature))
		return 0;
	/* a signature of the list says more than "a package is not signed" */
	if (repo->signature.state > DDL_SIGNED_NOT)
		return refuse(&repo->signature, repo->identifier, error);
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		if (package->state == DDL_PKG_STAGED && !is_trusted(&package->signature))
			return refuse(&package->signature, package->file, error);
	}
	return 0;
}

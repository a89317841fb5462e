// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of a pack: found among what was read, checked, judged. */
#include "verify/trust.h"

#include "model/describe.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

static const char update_name[] = "update.xml", repomd_name[] = "repodata/repomd.xml";

static const struct ddl_metadata *metadata_of(const struct ddl_repo *repo, const char *name)
{
	for (size_t i = 0; name && *name && i < repo->n_metadata; i++)
		if (strcmp(repo->metadata[i].name, name) == 0)
			return &repo->metadata[i];
	return NULL;
}

/* One signature; bad ones and those that could not be checked go to the log as well. */
int ddl_trust_check_file(struct ddl_trust *trust, const char *what, struct ddl_claim *claim, struct ddl_signature *signature,
			 struct ddl_error *error)
{
	struct ddl_error why = DDL_ERROR_INIT;
	char words[DDL_MAX_TEXT];

	if (!trust->checker)
		trust->checker = ddl_checker_new(trust->options, trust->stage, trust->log, error);
	if (!trust->checker)
		return -1;
	if (ddl_signature_check(trust->checker, &trust->confine, trust->arena, claim, signature, &why) < 0) {
		*error = why;
		return -1;
	}
	if (why.code != DDL_OK)
		ddl_log_error(trust->log, what, &why);
	ddl_log(trust->log, "%s: %s (%s)", what, ddl_describe_signature(words, sizeof(words), signature), signature->key);
	return 0;
}

/* The same where the disk may have brought its own key. */
static int check(struct ddl_trust *trust, const struct ddl_repo *repo, const char *what, struct ddl_claim *claim,
		 struct ddl_signature *signature, struct ddl_error *error)
{
	const struct ddl_metadata *key = metadata_of(repo, repo->key);

	if (key && key->length <= DDL_MAX_KEY_FILE) {
		claim->own_key = key->bytes;
		claim->own_key_length = key->length;
	}
	return ddl_trust_check_file(trust, what, claim, signature, error);
}

static void forged(struct ddl_package *package, const char *what)
{
	if (package->state == DDL_PKG_BAD)
		return;
	package->state = DDL_PKG_BAD;
	(void)ddl_fail(&package->trouble, DDL_E_FORGED, 0, "%s", what);
}

/* A metadata file, signed by the file of its name with ".asc". */
static int check_metadata(struct ddl_trust *trust, const struct ddl_repo *repo, const char *name, struct ddl_signature *signature,
			  struct ddl_error *error)
{
	char packet_name[DDL_MAX_NAME];
	const struct ddl_metadata *data = metadata_of(repo, name), *packet;
	struct ddl_claim claim = { .data_fd = -1 };

	(void)snprintf(packet_name, sizeof(packet_name), "%s.asc", name);
	packet = metadata_of(repo, packet_name);
	*signature = (struct ddl_signature){ DDL_SIGNED_NOT, "", "", false };
	if (!packet || !data)
		return 0;
	claim.packet = packet->bytes;
	claim.packet_length = packet->length;
	claim.data = data->bytes;
	claim.data_length = data->length;
	return check(trust, repo, name, &claim, signature, error);
}

/* repomd.xml has the packages' checksums, update.xml the pack's name: who has signed one may not have signed the other. */
static int check_lists(struct ddl_trust *trust, struct ddl_repo *repo, struct ddl_error *error)
{
	if (repo->family != DDL_FAMILY_XENSERVER_UPDATE || repo->signature.state != DDL_SIGNED_UNREAD)
		return 0;
	return check_metadata(trust, repo, repomd_name, &repo->signature, error) < 0 ?
		       -1 :
		       check_metadata(trust, repo, update_name, &repo->name_signature, error);
}

static int check_package(struct ddl_trust *trust, const struct ddl_repo *repo, struct ddl_package *package,
			 struct ddl_error *error)
{
	struct ddl_proof *proof = package->proof;
	struct ddl_claim claim = { .data_fd = -1 };

	if (package->state != DDL_PKG_STAGED || package->signature.state != DDL_SIGNED_UNREAD || !ddl_package_is_rpm(package))
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
	if (proof->untied && (ddl_signature_is_trusted(&package->signature) || package->signature.own))
		package->signature.state = DDL_SIGNED_UNCHECKED; /* the header is signed, the payload could be any */
	package->proof = NULL;
	return 0;
}

int ddl_trust_check(struct ddl_trust *trust, struct ddl_repo *repo, struct ddl_error *error)
{
	if (check_lists(trust, repo, error) < 0)
		return -1;
	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_package *package = &repo->packages[i];

		if (check_package(trust, repo, package, error) < 0)
			return -1;
		if (package->signature.state == DDL_SIGNED_BAD)
			forged(package, "");
		else if (repo->signature.state == DDL_SIGNED_BAD)
			forged(package, repo->family == DDL_FAMILY_SUSE ? repo->where : repomd_name);
		else if (repo->name_signature.state == DDL_SIGNED_BAD)
			forged(package, update_name);
	}
	return 0;
}

static int refuse(const struct ddl_signature *signature, const char *what, struct ddl_error *error)
{
	switch (signature->state) {
	case DDL_SIGNED_UNKNOWN:
		return ddl_fail(error, DDL_E_KEY_UNKNOWN, 0, "%s: %s %s", what, signature->signer, signature->key);
	case DDL_SIGNED_EXPIRED:
		return ddl_fail(error, DDL_E_KEY_EXPIRED, 0, "%s: %s %s", what, signature->signer, signature->key);
	case DDL_SIGNED_WEAK:
		return ddl_fail(error, DDL_E_WEAK, 0, "%s: %s %s", what, signature->signer, signature->key);
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
	mark(&repo->name_signature, key);
	for (size_t i = 0; i < repo->n_packages; i++)
		mark(&repo->packages[i].signature, key);
}

int ddl_trust_judge(const struct ddl_options *options, const struct ddl_repo *repo, struct ddl_error *error)
{
	if (!options->require_signature || ddl_signature_is_trusted(&repo->signature))
		return 0;
	/* a signature of the list says more than "a package is not signed" */
	if (repo->signature.state > DDL_SIGNED_NOT)
		return refuse(&repo->signature, repo->identifier, error);
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		if (package->state == DDL_PKG_STAGED && !ddl_package_is_covered(repo, package))
			return refuse(&package->signature, package->file, error);
	}
	return 0;
}

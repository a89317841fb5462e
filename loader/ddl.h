/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's one public header: what a front end gives (options, two callbacks),
 * what it is shown (sources, packs, the machine, plans, outcomes) and what it may call.
 *
 * Data flows one way: source -> medium -> repository -> package -> module -> plan ->
 * outcome. Everything pointed to by the structs here belongs to the session (or to
 * the look, machine, plan or outcome it was got from) and is read-only for a front end.
 * Strings are UTF-8, already cleaned for showing, never NULL unless said so.
 */
#ifndef DDL_H
#define DDL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "i18n.h"
#include "limits.h"

/* ------------------------------------------------------------------ options */

/* What some installers look for; written after a load that was seen to work. */
enum {
	DDL_HANDOFF_ANACONDA = 1, /* /run/install/DD-1 … and /run/install/dd_packages */
	DDL_HANDOFF_RPM_LIST = 2  /* /run/ddload/rpms */
};

struct ddl_options {
	const char *root;         /* all paths below this directory; NULL: "/" */
	const char *kernel;       /* a release in place of the running kernel's; NULL: running */
	const char *log_path;     /* NULL: /run/ddload/log for commands that change things, else none */
	const char *fingerprint;  /* hex the pack's metadata must have; NULL: not compared */
	const char *product;      /* what is being installed: "xs:main=6.5.0-90233"; NULL: as its own medium says */
	bool hidden;              /* packs that their makers mark as hidden are offered too */
	bool accept_licence;      /* --accept-eula */
	bool require_signature;   /* only packs signed by a trusted key are loaded */
	const char *keyring;      /* a file or directory of keys that are trusted besides the initrd's; NULL */
	const char *trust_key;    /* fingerprint of a key on the disk that is trusted this once; NULL */
	bool replace;             /* unloading a loaded driver is allowed without a question */
	bool unbind;              /* take devices one by one from a wrong driver, which stays loaded */
	bool inspect;             /* read the packages that are for this kernel, to know what fits */
	unsigned handoff;         /* DDL_HANDOFF_*: what is left for installers besides our own files */
	unsigned settle_ms;       /* how long disks are waited for; 0: DDL_SETTLE_DEFAULT_MS */
	bool optional;            /* nobody named the disk: that nothing here needs it is no failure */
	bool unconfined;          /* parse in this process: for tests and debuggers only */
};

/* ------------------------------------------------------------------ machine */

struct ddl_disk {
	const char *name;         /* "sda" */
	const char *model;        /* may be "" */
	uint64_t size;            /* bytes */
	bool removable;
};

enum ddl_device_class { DDL_CLASS_OTHER, DDL_CLASS_STORAGE, DDL_CLASS_NETWORK };

/* A device of a bus that has a modalias; those a person cares for have a class. */
struct ddl_device {
	const char *bus;          /* "pci", "virtio", "usb", "scsi", … */
	const char *address;      /* "0000:03:00.0" */
	const char *modalias;     /* as in sysfs */
	const char *driver;       /* the bound driver's name; "" when none is */
	const char *module;       /* that driver's module; "" for none or built in */
	const char *ids;          /* "1000:0060" for pci, else "" */
	const char *name;         /* "Broadcom / LSI MegaRAID SAS 1078"; NULL: not known */
	uint32_t class_code;      /* PCI class, 24 bits; 0 elsewhere */
	enum ddl_device_class class;
	struct ddl_disk *disks;   /* whole disks below this device */
	size_t n_disks;
	const char **links;       /* network interfaces below this device */
	size_t n_links;
};

/* A loaded module, from /sys/module and /proc/modules. */
struct ddl_loaded {
	const char *name;         /* with underscores */
	const char *version;      /* "" when the module has none */
	const char *srcversion;   /* "" when it has none */
	long references;          /* -1: cannot be unloaded */
	bool live;
	const char **holders;     /* names of the modules that use it */
	size_t n_holders;
	const char **params;      /* "name=value" in force, readable ones */
	size_t n_params;
};

/* Who uses a block device or interface that would go away. */
enum ddl_use_kind { DDL_USE_MOUNT, DDL_USE_SWAP, DDL_USE_DM, DDL_USE_MD, DDL_USE_LINK_UP, DDL_USE_OPEN };
struct ddl_use {
	enum ddl_use_kind kind;
	const char *what;         /* "sdb1", "eth0" */
	const char *disk;         /* the whole disk or interface it lies on: "sdb" */
	const char *by;           /* mount point, "dm-0 (vg0-root)", "md127", … */
};

/* What is there now. Owned by the session until it is looked at again. */
struct ddl_machine {
	const char *release;      /* uname -r, or --kernel */
	struct ddl_device *devices;
	size_t n_devices;
	struct ddl_disk *disks;   /* all whole disks that one could install onto: no CD drives */
	size_t n_disks;
	struct ddl_loaded *loaded;
	size_t n_loaded;
	struct ddl_use *uses;
	size_t n_uses;
	const char **builtin;     /* names from modules.builtin */
	size_t n_builtin;
	bool interrupted;         /* a run was killed and left drivers half changed; the next load offers to put them back */
	bool signed_only;         /* module.sig_enforce, or lockdown: a module without a signature is refused */
	bool has_tree;            /* /lib/modules/<release> is there: what it lacks is not to be had */
};

/* ------------------------------------------------------------- sources, packs */

/* While a person chooses a source: what is on it is found out beside. */
enum ddl_look_state { DDL_LOOK_NONE, DDL_LOOK_UNDER_WAY, DDL_LOOK_DONE };

enum ddl_source_kind { DDL_SOURCE_DEVICE, DDL_SOURCE_DIRECTORY, DDL_SOURCE_FILE };

struct ddl_source {
	enum ddl_source_kind kind;
	const char *name;         /* "sr0", or the path as given */
	const char *path;         /* "/dev/sr0" */
	const char *label;        /* volume label; "" for none */
	const char *uuid;         /* "" for none */
	const char *format;       /* "iso9660", "vfat", "ext4", "LVM2_member", …; "" for none */
	const char *model;        /* the drive's; "" when unknown */
	uint64_t size;            /* bytes; 0: no medium */
	bool removable;
	bool usable;              /* something on it could be read as a medium */
	struct ddl_error trouble; /* why it could not be probed, or DDL_OK */
	enum ddl_look_state look;
	unsigned packs, fitting;  /* look DONE: driver packs on it, and those of them that this machine needs */
	enum ddl_code found;      /* look DONE: why there is none; DDL_OK: it was not worth a look */
};

enum ddl_generation { DDL_GEN_TEXT = 1, DDL_GEN_XML = 2, DDL_GEN_UPDATE = 3, DDL_GEN_BARE = 9 };

enum ddl_test { DDL_TEST_EQ, DDL_TEST_NE, DDL_TEST_LT, DDL_TEST_GT, DDL_TEST_LE, DDL_TEST_GE };

/* What an installer installs. */
struct ddl_product {
	const char *originator;   /* may be "" */
	const char *name, *version;
	const char *build;        /* "" matches any */
};

struct ddl_requires {
	const char *originator;   /* may be "" */
	const char *name;
	const char *version;
	const char *build;        /* "" matches any */
	enum ddl_test test;
};

/* From worst to best, so that a pack is as good as its best module. */
enum ddl_fit {
	DDL_FIT_UNREAD,           /* not looked into */
	DDL_FIT_DAMAGED,          /* checksum, size or structure is wrong; see package.trouble */
	DDL_FIT_OTHER_KERNEL,
	DDL_FIT_TWIN,             /* the same driver for the kdump kernel: not for us and no fault */
	DDL_FIT_NO_DEVICE,        /* right kernel, but nothing in this machine needs it */
	DDL_FIT_SUPPORT,          /* firmware or settings for any kernel, no module */
	DDL_FIT_LOADED,           /* this very version is loaded already */
	DDL_FIT_REPLACES,         /* another version of it is loaded, or another driver holds the device */
	DDL_FIT_YES               /* a device here needs it and has no driver */
};

struct ddl_module {
	const char *name;         /* with underscores */
	const char *path;         /* in its package */
	const char *version;      /* "" when none */
	const char *srcversion;   /* "" when none */
	const char *vermagic;
	const char *kernel;       /* vermagic's first word */
	const char *description;
	const char *signer;       /* "" when unsigned or unnamed */
	bool has_signature;
	const char **aliases;
	size_t n_aliases;
	const char **depends;
	size_t n_depends;
	const char **firmware;
	size_t n_firmware;
	const char *softdeps;     /* "pre: a b post: c", of several ":" in between; "" when none */
	struct ddl_file *file;    /* its staged bytes, uncompressed */
	/* held against this machine */
	enum ddl_fit fit;
	const struct ddl_device *device; /* the first device it is for; NULL for none */
	const char *alias;        /* the alias that matched; "" */
	const char *loaded_version; /* of the module of this name that is loaded; "" */
};

enum ddl_file_kind {
	DDL_FILE_OTHER, DDL_FILE_MODULE, DDL_FILE_FIRMWARE, DDL_FILE_MODPROBE, DDL_FILE_UDEV,
	DDL_FILE_LICENCE
};

struct ddl_file {
	enum ddl_file_kind kind;
	const char *path;         /* in its package, without leading "./" or "/" */
	uint64_t size;            /* bytes, unpacked */
	int fd;                   /* staged bytes; -1: not staged. Owned by the look. */
};

enum ddl_package_type {
	DDL_PKG_DRIVER_RPM, DDL_PKG_RPM, DDL_PKG_TBZ2, DDL_PKG_DRIVER, DDL_PKG_FIRMWARE
};

enum ddl_package_state { DDL_PKG_UNREAD, DDL_PKG_TESTED, DDL_PKG_STAGED, DDL_PKG_BAD };

/* From "nothing is known" to "refused". */
enum ddl_signature_state {
	DDL_SIGNED_UNREAD,        /* not looked at */
	DDL_SIGNED_NOT,           /* no signature */
	DDL_SIGNED_UNCHECKED,     /* there is one, but it could not be checked (no gpgv) */
	DDL_SIGNED_UNKNOWN,       /* by a key that is not known here */
	DDL_SIGNED_EXPIRED,       /* by a trusted key that has expired, or it has itself */
	DDL_SIGNED_GOOD,          /* by a trusted key */
	DDL_SIGNED_BY_HAND,       /* by the disk's own key, whose fingerprint a person gave */
	DDL_SIGNED_BAD            /* not of these bytes, garbled, or by a revoked key: always refused */
};

struct ddl_signature {
	enum ddl_signature_state state;
	const char *signer;       /* user id, "Acme <updates@acme.example>"; "" when not known. NULL before it was checked */
	const char *key;          /* fingerprint, hex; UNKNOWN: what it says of itself, or the disk's own key's. NULL as above */
	bool own;                 /* UNKNOWN: it is whole by the disk's own key, which a person may trust by its fingerprint */
};

/* A package's signature until it is checked. */
struct ddl_proof {
	const char *packet, *data; /* OpenPGP; the RPM's header */
	size_t packet_length, data_length;
	uint64_t data_offset;     /* of the header in the file */
	bool payload_too;         /* it is over the payload as well */
	bool untied;              /* it is over a header that does not say what the payload must be */
};

struct ddl_package {
	const char *label;
	enum ddl_package_type type;
	const char *kernel;       /* release, "any", or "" when the type has none */
	const char *file;         /* relative to the repository's directory */
	const char *stored;       /* the file that has its bytes, on the medium, where none is called so; else NULL */
	const char *root;         /* where a tbz2 or driver is unpacked to; "" */
	const char *options;      /* for the later installation; "" when absent */
	uint64_t size;            /* as the metadata says */
	const char *digest;       /* lower-case hex; 32 digits: MD5, 64: SHA-256 */
	/* after it was read */
	enum ddl_package_state state;
	const char *version;      /* "1.0-7" from the RPM header; "" before */
	const char *rpm_name;     /* from the RPM header; NULL or "" before, and where it is none */
	struct ddl_file **files;
	size_t n_files;
	struct ddl_module **modules;
	size_t n_modules;
	enum ddl_fit fit;
	struct ddl_error trouble; /* state BAD */
	struct ddl_signature signature; /* of an RPM that was unpacked */
	struct ddl_proof *proof;  /* NULL: none, or checked */
	int fd;                   /* the whole package, staged for the hand-off; -1: not kept */
};

/* A metadata file as it is on the medium, kept for the hand-off. */
struct ddl_metadata {
	const char *name;         /* "XS-PACKAGES" */
	const char *bytes;
	size_t length;
};

/*
 * A checksum file next to the ISO file that the pack is in. Coming with it, it shows that both were
 * copied well, and not who made them.
 */
enum ddl_sum_state {
	DDL_SUM_UNCOMPARED,       /* of the whole file, which was not read yet */
	DDL_SUM_UNREADABLE,       /* there is no checksum of this disk in it */
	DDL_SUM_SAME,
	DDL_SUM_DIFFERS           /* the pack is refused */
};

struct ddl_sum {
	const char *file;         /* "pack.metadata.md5" */
	bool metadata;            /* of the metadata, as the fingerprint is; else of the whole file */
	enum ddl_sum_state state;
	const char *expected;     /* what it says: MD5 or SHA-256 in hex; "" UNREADABLE */
	const char *found;        /* what the disk has; "" UNREADABLE, UNCOMPARED */
};

struct ddl_repo {
	enum ddl_generation generation;
	const char *where;        /* directory on the medium, "" for its root; "pack.iso: packages" inside a file */
	const char *directory;    /* of the metadata in its medium: "" or "packages" */
	const char *identifier;   /* "acme:megaraid-sas"; generation 3: its name-label */
	const char *originator, *name, *product, *version, *build;
	const char *description;
	uint64_t memory_mb;       /* memory-requirement-mb; 0: none */
	bool homogeneous, hidden;
	struct ddl_requires *requires;
	size_t n_requires;
	struct ddl_package *packages;
	size_t n_packages;
	const char *fingerprint;  /* metadata MD5, 32 hex digits; generation 3: SHA-256 of repomd.xml, 64 */
	const char *uuid, *key;   /* generation 3: the update's; the file with its public key, "" for none */
	enum ddl_fit fit;         /* the best of its packages */
	struct ddl_signature signature; /* generation 3: of repomd.xml; UNREAD in others */
	struct ddl_metadata *metadata;
	size_t n_metadata;
	struct ddl_sum *sums;
	size_t n_sums;
	size_t medium;            /* the session's number of the medium it is on */
};

/* What is on one source. */
struct ddl_look {
	struct ddl_source *source;
	struct ddl_repo **repos;
	size_t n_repos;
	const char **notes;       /* translated remarks: a list line left out, a file not read */
	size_t n_notes;
	struct ddl_product *products; /* it is an installer's own medium, and of these */
	size_t n_products;
	struct ddl_error trouble; /* why nothing could be read; DDL_OK otherwise */
};

/* ----------------------------------------------------------------- the plan */

enum ddl_op_kind {
	DDL_OP_FIRMWARE,          /* put the packs' firmware where the kernel finds it */
	DDL_OP_UNLOAD,
	DDL_OP_INSERT,
	DDL_OP_RELOAD,            /* a dependent that was unloaded, from the initrd's tree */
	DDL_OP_UNBIND,            /* one device is taken from the wrong driver, which stays loaded */
	DDL_OP_BIND,              /* … and given to a module of the pack */
	DDL_OP_SETTLE             /* wait for devices and disks */
};

enum ddl_op_state { DDL_OP_PENDING, DDL_OP_RUNNING, DDL_OP_DONE, DDL_OP_FAILED, DDL_OP_UNDONE, DDL_OP_NOT_UNDONE };

struct ddl_op {
	enum ddl_op_kind kind;
	const char *module;       /* "" for FIRMWARE, UNBIND and SETTLE */
	const struct ddl_module *from_pack; /* INSERT; NULL: from the initrd's own tree */
	const char *tree_path;    /* absolute path of the file in the tree; "" for none (cannot be put back) */
	const char *params;       /* "a=1 b=2" or "" */
	const char *version_before; /* of the loaded module; "" for none or not loaded */
	const char *version_after;  /* "" when unknown or after an unload */
	const char *bus, *address; /* UNBIND, BIND: the device; else "" */
	const char *driver;       /* UNBIND: the driver that holds it; else "" */
	const char *override;     /* UNBIND: its driver_override before; else "" */
	bool optional;            /* INSERT: for a softdep: its failing is no failure of the load */
	enum ddl_op_state state;
	struct ddl_error trouble;
};

struct ddl_plan {
	struct ddl_op *ops;
	size_t n_ops;
	bool replaces;            /* a loaded module is unloaded */
	const char **away;        /* disks and interfaces that go away for a time */
	size_t n_away;
	const struct ddl_module **wanted; /* the packs' modules this is about */
	size_t n_wanted;
	const struct ddl_module **already; /* loaded in the same version: nothing to do */
	size_t n_already;
	const struct ddl_file **firmware;
	size_t n_firmware;
	const char **assumed;     /* modules that the installer must bring: its tree is not known here */
	size_t n_assumed;
	const char **notes;       /* translated: what is good to know and stops nothing */
	size_t n_notes;
	struct ddl_error refusal; /* DDL_OK: may be applied */
	const char **refusals;    /* translated, one thing in the way each */
	size_t n_refusals;
};

/* -------------------------------------------------------------- the outcome */

enum ddl_result {
	DDL_RESULT_NOTHING,       /* nothing was asked for or needed */
	DDL_RESULT_WORKS,         /* live, the pack's version, bound, and its disks or links are there */
	DDL_RESULT_ALREADY,       /* the same version was loaded before */
	DDL_RESULT_BOUND_NO_DISK, /* bound, but no disk appeared in the time allowed */
	DDL_RESULT_UNUSED,        /* loaded, but no device uses it */
	DDL_RESULT_REFUSED,       /* nothing changed */
	DDL_RESULT_UNDONE,        /* failed; everything is as before */
	DDL_RESULT_NOT_UNDONE     /* failed; see left_over */
};

struct ddl_loaded_now {
	const char *module, *version_before, *version_now, *srcversion;
	const struct ddl_repo *repo;
	const char **bound;       /* addresses of devices */
	size_t n_bound;
};

/* A question that nobody was asked. */
struct ddl_policy {
	const char *question, *answer; /* never translated: "licence", "no" */
	const char *about;         /* the pack's identifier; "" */
	const char *why;           /* translated: what decided */
};

struct ddl_outcome {
	enum ddl_result result;
	struct ddl_loaded_now *modules;
	size_t n_modules;
	const struct ddl_repo **repos;
	size_t n_repos;
	struct ddl_disk *appeared; /* disks that were not there before, or are back after a swap */
	size_t n_appeared;
	const char **links;        /* interfaces that appeared */
	size_t n_links;
	const char **left_over;    /* translated: what could not be restored */
	size_t n_left_over;
	const char **kernel_lines; /* what the kernel wrote meanwhile; cleaned */
	size_t n_kernel_lines;
	const struct ddl_plan *plan; /* with the state of each operation */
	const struct ddl_policy *policy; /* in the order in which they arose; none where a person was asked */
	size_t n_policy;
	bool fingerprint_compared; /* the person or --fingerprint compared it */
	struct ddl_error error;    /* DDL_OK unless refused or failed */
};

/* ------------------------------------------------------ events and questions */

enum ddl_phase {
	DDL_PHASE_MACHINE, DDL_PHASE_SOURCES, DDL_PHASE_LOOK, DDL_PHASE_TEST, DDL_PHASE_PLAN,
	DDL_PHASE_APPLY, DDL_PHASE_SETTLE
};

enum ddl_event_kind { DDL_EVENT_PHASE, DDL_EVENT_PROGRESS, DDL_EVENT_PACKAGE, DDL_EVENT_STEP, DDL_EVENT_NOTE };

struct ddl_event {
	enum ddl_event_kind kind;
	enum ddl_phase phase;
	uint64_t done, total;     /* PROGRESS: bytes; in SETTLE milliseconds */
	const char *what;         /* PHASE: a source; PROGRESS: a package; NOTE: a translated sentence */
	const struct ddl_package *package; /* PACKAGE: just tested */
	const struct ddl_op *op;  /* STEP: its state has changed */
	bool again;               /* nothing new: it was told before, and is so that keys are heard */
};

enum ddl_question_kind {
	DDL_ASK_SOURCE,           /* which medium? sets `chosen` */
	DDL_ASK_PACKS,            /* which packs? sets `ticked` */
	DDL_ASK_VERIFY,           /* compare the fingerprint, test the packages? */
	DDL_ASK_TESTED,           /* the test's result is shown; go on? */
	DDL_ASK_LICENCE,          /* accept this text? */
	DDL_ASK_APPLY,            /* do what the plan says? A refused plan is a TROUBLE instead */
	DDL_ASK_OUTCOME,          /* shown; another disk (AGAIN) or leave (YES)? */
	DDL_ASK_TROUBLE,          /* an error is shown; try again (AGAIN), back, or leave? */
	DDL_ASK_PAST,             /* a run was killed while it changed drivers: put them back (YES), leave it so (SKIP)? */
	DDL_ASK_TRUST             /* trust the key on the disk this once (YES), or go on without (SKIP)? */
};

/* No answer (a terminal that is gone, end of input) must be given as NO. */
enum ddl_reply {
	DDL_REPLY_NO = 0,         /* decline: nothing is changed; leaves the flow */
	DDL_REPLY_BACK,           /* one step back; where there is none: as NO */
	DDL_REPLY_YES,            /* go on with what the question holds */
	DDL_REPLY_SKIP,           /* VERIFY: on without testing; TRUST: on, not trusted; PAST: as it is; else: on without a disk */
	DDL_REPLY_AGAIN           /* look again / another disk */
};

struct ddl_live;
struct ddl_session;

struct ddl_question {
	enum ddl_question_kind kind;
	const struct ddl_machine *machine;
	struct ddl_source *const *sources; /* SOURCE */
	size_t n_sources;
	size_t chosen;            /* SOURCE: in and out; an index */
	int watch_fd;             /* SOURCE: readable when there may be news: see ddl_live_news; 0: none */
	struct ddl_live *live;    /* SOURCE: the list's own; NULL: the list stays as it is */
	const char *typed;        /* SOURCE: out: a path typed in place of a choice; must live until ask() is called again */
	const struct ddl_look *look; /* PACKS */
	bool *ticked;             /* PACKS: in (what fits) and out, one for each look->repos */
	const struct ddl_repo *repo; /* VERIFY, TESTED, LICENCE, TRUST */
	const char *licence;      /* LICENCE: its whole text, cleaned line by line */
	bool fingerprint_compared; /* VERIFY: out: the person typed it or says it is the same */
	const struct ddl_plan *plan; /* APPLY; PAST: what that run was about, and how far it came */
	const struct ddl_outcome *outcome; /* OUTCOME */
	const struct ddl_error *error; /* TROUBLE */
	struct ddl_session *session; /* for ddl_report_…; NULL: no report is to be had */
	const char *why;          /* out: translated; what decided where nobody was asked; NULL: a person did */
	const char *log;          /* the last lines of the log, each with its line feed; "" for none */
};

struct ddl_front {
	void *ctx;
	/* Something happened. May not block. False asks to cancel, which is heeded until apply begins. */
	bool (*event)(void *ctx, const struct ddl_event *event);
	/* A decision is needed. Every question has the safe default NO. */
	enum ddl_reply (*ask)(void *ctx, struct ddl_question *question);
};

/* ----------------------------------------------------------------- sessions */

/*
 * `options` and `front` are copied, what they point to must outlive the session.
 * NULL and an error when memory, the log or --root cannot be had.
 */
struct ddl_session *ddl_session_new(const struct ddl_options *options,
				    const struct ddl_front *front, struct ddl_error *error);

/* Unmounts, closes and frees everything; safe after any failure. NULL allowed. */
void ddl_session_free(struct ddl_session *session);

/* The machine as it is now; valid until the next call. NULL and an error. */
const struct ddl_machine *ddl_session_machine(struct ddl_session *session, struct ddl_error *error);

/* Block devices worth offering, probed; valid until the next call. -1 and an error. */
int ddl_session_sources(struct ddl_session *session, struct ddl_source ***sources, size_t *count,
			struct ddl_error *error);

/*
 * The source named by a SOURCE word (device, LABEL=, UUID=, directory, file).
 * NULL and DDL_E_NO_SOURCE when there is none. "any" is the caller's loop over sources.
 */
struct ddl_source *ddl_session_source(struct ddl_session *session, const char *word,
				      struct ddl_error *error);

/*
 * What is on the source: repositories, and with options.inspect what their packages
 * for this kernel hold and whether it fits. Always gives a look unless memory is short;
 * its `trouble` says why nothing was read. Valid for the life of the session.
 */
struct ddl_look *ddl_session_look(struct ddl_session *session, struct ddl_source *source,
				  struct ddl_error *error);

/*
 * Reads and tests every package of the pack that was not tested yet, and the whole file that it
 * is in where a checksum of that lies beside it. -1 with the first fault; all packages are tested
 * all the same and each has its own `trouble`.
 */
int ddl_session_test(struct ddl_session *session, struct ddl_repo *repo, struct ddl_error *error);

/*
 * Holds the pack against options.fingerprint: 0 when it is the same or none was given, else -1,
 * DDL_E_FINGERPRINT; DDL_E_SUM where a checksum file beside it was seen to differ.
 */
int ddl_compare_fingerprint(const struct ddl_options *options, const struct ddl_repo *repo,
			    struct ddl_error *error);

/*
 * The pack on the look that goes before this one where nobody chooses: the same pack in a newer
 * version, or a copy that was found first, that is for this kernel and whole. NULL: none.
 */
const struct ddl_repo *ddl_look_newer(const struct ddl_look *look, const struct ddl_repo *repo);

/* Reads "anaconda", "rpm-list", or both with a comma between, into DDL_HANDOFF_*. False: it is something else. */
bool ddl_handoff_parse(const char *word, unsigned *kinds);

/* Is it "originator:name=version", the version with its build behind a hyphen or without? */
bool ddl_product_valid(const char *word);

/* What loading these packs would do. NULL and an error only when memory is short. */
struct ddl_plan *ddl_session_plan(struct ddl_session *session, struct ddl_repo *const *repos,
				  size_t count, struct ddl_error *error);

/*
 * The flows. Each asks through the front end and returns the exit status.
 * `words` are SOURCE words; none: the person chooses.
 * The last outcome stays readable through ddl_session_outcome.
 */
enum ddl_status ddl_flow_load(struct ddl_session *session, const char *const *words, size_t count,
			      struct ddl_error *error);
enum ddl_status ddl_flow_verify(struct ddl_session *session, const char *word,
				struct ddl_error *error);

/*
 * Hands over an outcome that says that nothing was loaded, and why: for what fails before a
 * flow begins, where nobody is there to read it. The flow does that for what fails later.
 */
void ddl_session_refused(struct ddl_session *session, const struct ddl_error *error);

/* The last outcome; NULL when nothing was applied or refused. */
const struct ddl_outcome *ddl_session_outcome(const struct ddl_session *session);

/*
 * What has come in on a SOURCE question's watch_fd. LIST: more is known of what the list has, or of
 * which of it is worth showing: question->sources and n_sources are new. MEDIA: a medium or disk came
 * or went, and the answer AGAIN gives a new list. Does not block.
 */
enum ddl_news { DDL_NEWS_NONE, DDL_NEWS_LIST, DDL_NEWS_MEDIA };
enum ddl_news ddl_live_news(struct ddl_question *question);

/* Lets a drive give its medium out. -1 and the error when it has no such thing, or will not. */
int ddl_live_eject(struct ddl_question *question, size_t index, struct ddl_error *error);

/*
 * All that somebody far away needs to know what happened here: the machine, the last outcome, the
 * log, the kernel's lines, the packs' metadata; no contents of packs. Cleaned, lines ended by line
 * feeds, to be freed with free(); NULL: no memory.
 */
char *ddl_report_text(struct ddl_session *session);

/* The sources that a report may be saved onto. -1 and the error. */
int ddl_report_places(struct ddl_session *session, struct ddl_source ***places, size_t *count,
		      struct ddl_error *error);

/*
 * Saves a report on the source, in a new file at its top, whose name is written to `name`. The one
 * thing that is ever written to a medium. -1 and the error.
 */
int ddl_report_save(struct ddl_session *session, const struct ddl_source *place, char *name, size_t room,
		    struct ddl_error *error);

/* -------------------------------------------------------------------- words */

/* Sentences that every front end shares; translated, written to `to`, which is returned. */
char *ddl_words_fit(char *to, size_t room, const struct ddl_module *module);
char *ddl_words_repo_fit(char *to, size_t room, const struct ddl_repo *repo, const char *release);
/* What the error was about and, where the sentence leaves it open, the system's reason; "" for nothing. */
char *ddl_words_about(char *to, size_t room, const struct ddl_error *error);
/* What is known of what is on the source, short: "looking ...", "2 packs, 1 for this machine"; "" before it was looked at. */
char *ddl_words_source(char *to, size_t room, const struct ddl_source *source);
/* The pack's signature: of its list of contents, else the worst of those of its packages. */
const struct ddl_signature *ddl_repo_signature(const struct ddl_repo *repo);

/* "signed by Acme <…>", "not signed", …; "" when it was not looked at. */
char *ddl_words_signature(char *to, size_t room, const struct ddl_signature *signature);
/* What came of a checksum file beside the pack, marked as being from the same medium. */
char *ddl_words_sum(char *to, size_t room, const struct ddl_sum *sum);
char *ddl_words_op(char *to, size_t room, const struct ddl_op *op);
/* The address as a person says it: PCI's "0000:" is left out. */
const char *ddl_words_address(const struct ddl_device *device);
char *ddl_words_device(char *to, size_t room, const struct ddl_device *device);
const char *ddl_words_result(enum ddl_result result);
const char *ddl_words_result_hint(enum ddl_result result);
/* The outcome on one line, for machines as well: "ddload: loaded megaraid_sas …", "ddload: FAILED …". */
void ddl_handoff_line(char *to, size_t room, const struct ddl_outcome *outcome);

/* --------------------------------------------------------------------- JSON */

/* Each gives a NUL-ended, indented JSON text to be freed with free(); NULL: no memory. */
char *ddl_json_looks(struct ddl_look *const *looks, size_t count, const char *release);
/* The packs of a verify, and its error or null. */
char *ddl_json_repos(const struct ddl_repo *const *repos, size_t count, const char *release,
		     const struct ddl_error *error);
char *ddl_json_plan(const struct ddl_plan *plan);
char *ddl_json_machine(const struct ddl_machine *machine);
char *ddl_json_outcome(const struct ddl_outcome *outcome);
char *ddl_json_error(const struct ddl_error *error);

#endif

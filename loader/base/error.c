// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one table of everything that can go wrong: name, exit status, the sentence
 * for a person and the hint what to do.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct row {
	const char *name;
	enum ddl_status status;
	const char *sentence, *hint;
};

static bool at_boot;

/* clang-format off */
static const struct row rows[DDL_CODES] = {
	[DDL_OK] = { "ok", DDL_DONE, N_("Everything went well."), "" },
	[DDL_E_USAGE] = { "usage", DDL_BAD_USAGE, N_("The command cannot be understood."),
		N_("\"ddload --help\" lists the commands and their options.") },
	[DDL_E_MEMORY] = { "memory", DDL_REFUSED, N_("There is not enough memory."),
		N_("Give the machine more memory, or use a smaller pack.") },
	[DDL_E_INTERNAL] = { "internal", DDL_REFUSED, N_("ddload has made a mistake of its own."),
		N_("Please report it together with the log.") },
	[DDL_E_NOT_ROOT] = { "not-root", DDL_REFUSED, N_("Only the administrator may load drivers."),
		N_("Run it as root. \"list\", \"verify\" and \"plan\" work for everybody.") },
	[DDL_E_CANCELLED] = { "cancelled", DDL_CANCELLED, N_("Stopped as you asked; nothing was changed."), "" },
	[DDL_E_TERMINAL] = { "terminal", DDL_CANCELLED, N_("The terminal cannot be used."),
		N_("Set TERM to linux, vt100 or xterm, or use --plain.") },
	[DDL_E_LOG] = { "log", DDL_BAD_USAGE, N_("The log file cannot be written."),
		N_("Give --log a file in a directory that can be written to.") },
	[DDL_E_ANSWER] = { "answer-file", DDL_BAD_USAGE, N_("The answer file cannot be followed."),
		N_("It is XML, <installation> with <driver-source type=\"local\"> in it; see ddload.cmdline(7).") },

	[DDL_E_NO_SOURCE] = { "no-source", DDL_NOTHING_FOUND, N_("There is no such device, file or directory."),
		N_("Compare it with the list of the media that are there.") },
	[DDL_E_NO_PACK] = { "no-pack", DDL_NOTHING_FOUND, N_("No driver pack was found."),
		N_("Put it into the initrd, or on a medium with the label OEMDRV; \"ddload list\" shows the media that are there.") },
	[DDL_E_OUTSIDE] = { "outside", DDL_NOTHING_FOUND, N_("With --root, paths are looked for below that directory."),
		N_("There is no such file below it; there is one outside. Copy it there, or mount it there.") },
	[DDL_E_SOURCES] = { "ambiguous-source", DDL_REFUSED, N_("More than one medium bears this label or UUID."),
		N_("Name the one that is meant by its device, or take the other away.") },
	[DDL_E_NO_MEDIUM] = { "no-medium", DDL_NOTHING_FOUND, N_("There is no disk in the drive."),
		N_("Put the driver disk in, wait until the drive is still, and look again.") },
	[DDL_E_OPEN] = { "open", DDL_NOTHING_FOUND, N_("It cannot be opened."),
		N_("The reason is given above. Only root can read a device.") },
	[DDL_E_READ] = { "read", DDL_REFUSED, N_("The medium could not be read."),
		N_("Clean it or try another one; a copy on a USB stick often helps.") },
	[DDL_E_MOUNT] = { "mount", DDL_REFUSED, N_("The file system on the medium cannot be used here."),
		N_("Copy the driver disk's ISO file to a FAT stick, or burn it on a CD.") },
	[DDL_E_CLAIMED] = { "claimed", DDL_REFUSED, N_("The medium, or another part of its disk, is in use, and this kernel does not mount it besides."),
		N_("Unmount what is mounted of that disk, or load the kernel's module \"loop\".") },
	[DDL_E_GONE] = { "gone", DDL_REFUSED, N_("The medium was taken out while it was being read."),
		N_("Put it back and try again. Nothing was changed.") },
	[DDL_E_TIMEOUT] = { "timeout", DDL_REFUSED, N_("The device does not answer."),
		N_("Try another drive or another port.") },
	[DDL_E_SAVE] = { "save", DDL_REFUSED, N_("The report could not be saved."),
		N_("Use a stick that can be written to, with a FAT or ext file system on it.") },
	[DDL_E_EJECT] = { "eject", DDL_REFUSED, N_("The drive does not give the disk out."),
		N_("Press the button on the drive, or pull the stick out.") },
	[DDL_E_NOT_A_DISK] = { "not-a-driver-disk", DDL_NOTHING_FOUND, N_("This is not a driver disk."),
		N_("A driver disk is a pack (XS-REPOSITORY and XS-PACKAGES, or update.xml and repodata), Red Hat's (rhdd3 and rpms), SUSE's (linux/suse, .dud), an ISO, zip or tar file of one, or a driver's .rpm or .ko.") },
	[DDL_E_ARCHIVE] = { "archive", DDL_REFUSED, N_("The image file is damaged."),
		N_("Fetch it again and compare its checksum with the vendor's.") },
	[DDL_E_TOO_LARGE] = { "too-large", DDL_REFUSED, N_("Something on the medium is larger than any driver disk needs."),
		N_("Make sure that this is the vendor's disk. If it is, it needs a newer ddload.") },
	[DDL_E_PATH] = { "path", DDL_REFUSED, N_("The medium names a file in a place where it must not be."),
		N_("Do not use this disk: it is damaged or meant to do harm.") },
	[DDL_E_DAMAGED] = { "damaged", DDL_REFUSED, N_("This disk is damaged, or made to do harm."),
		N_("Fetch it again from the vendor and compare its checksum.") },

	[DDL_E_FETCHER] = { "fetcher", DDL_REFUSED, N_("ddload-fetch, which reads from networks, is missing or does not run."),
		N_("Put ddload-fetch beside ddload.") },
	[DDL_E_NETWORK] = { "network", DDL_NOTHING_FOUND, N_("The server cannot be reached."),
		N_("See to its name, and to this machine's driver, cable and address.") },
	[DDL_E_SERVER] = { "server", DDL_NOTHING_FOUND, N_("The server does not have this, or does not give it."),
		N_("Compare the address, capitals included.") },
	[DDL_E_LOGIN] = { "login", DDL_REFUSED, N_("The server asks for a user and a password, or for others."),
		N_("Give them in the address: http://USER:PASSWORD@SERVER/...") },
	[DDL_E_CERTIFICATE] = { "certificate", DDL_REFUSED, N_("The server cannot show that it is the one that was meant."),
		N_("Compare the clock. Give its authority's certificate with --ca, or its key with --pin.") },
	[DDL_E_TRANSFER] = { "transfer", DDL_REFUSED, N_("What the server sent was cut off, or not as announced."),
		N_("Try again.") },
	[DDL_E_CHANGED] = { "changed", DDL_REFUSED, N_("The file on the server was changed while it was being read."),
		N_("Try again.") },

	[DDL_E_XML] = { "xml", DDL_REFUSED, N_("The disk's list of contents is broken."),
		N_("Fetch the disk again from the vendor and compare its checksum.") },
	[DDL_E_METADATA] = { "metadata", DDL_REFUSED, N_("The disk's list of contents says something that makes no sense."),
		N_("Ask the vendor for a disk that was built with the supplemental pack tools.") },
	[DDL_E_LIST] = { "list-damaged", DDL_REFUSED, N_("A part of the disk's list of contents is missing or damaged."),
		N_("Fetch or copy the disk again, whole.") },
	[DDL_E_NAMES] = { "short-names", DDL_REFUSED, N_("This image was made without long file names (Joliet, Rock Ridge)."),
		N_("Use the vendor's own image, or make it again with both (genisoimage -J -joliet-long -r).") },
	[DDL_E_FINGERPRINT] = { "fingerprint", DDL_REFUSED, N_("This is not the disk that was expected: its fingerprint is different."),
		N_("Compare it with the vendor's sheet digit by digit, or fetch the disk again.") },
	[DDL_E_FINGERPRINT_FILE] = { "fingerprint-of-file", DDL_REFUSED, N_("That is the checksum of the whole file, not the fingerprint of what is on it."),
		N_("The file is the one that was meant. Give the fingerprint that is named above, or none.") },
	[DDL_E_SUM] = { "sum", DDL_REFUSED, N_("The disk is not what the checksum file beside it says."),
		N_("Copy or fetch both again. If that file is another disk's, take it away.") },
	[DDL_E_NO_PACKAGE] = { "no-package", DDL_REFUSED, N_("A package that the disk lists is not on it."),
		N_("Copy the disk again, whole, or fetch it again from the vendor.") },
	[DDL_E_SIZE] = { "size", DDL_REFUSED, N_("A package does not have the size that the disk's list of contents gives."),
		N_("The copy is not whole. Fetch or copy the disk again.") },
	[DDL_E_CHECKSUM] = { "checksum", DDL_REFUSED, N_("A package is damaged: its checksum does not match."),
		N_("Do not load it. Fetch or copy the disk again.") },
	[DDL_E_RPM] = { "rpm", DDL_REFUSED, N_("A package is not an RPM, or is damaged."),
		N_("Fetch the disk again, or ask the vendor.") },
	[DDL_E_UNPACK] = { "unpack", DDL_REFUSED, N_("A package cannot be unpacked."),
		N_("Fetch the disk again, or ask the vendor.") },
	[DDL_E_LICENCE] = { "licence", DDL_REFUSED, N_("The licence was not accepted."),
		N_("Read and accept it, or give --accept-eula where nobody is asked.") },
	[DDL_E_REQUIRES] = { "requires", DDL_REFUSED, N_("The pack needs something that this installer does not have."),
		N_("Use the pack that belongs to this release of the product.") },

	[DDL_E_MODULE] = { "module", DDL_REFUSED, N_("A file that should be a driver is not one, or is damaged."),
		N_("Ask the vendor for a driver for this kernel.") },
	[DDL_E_KERNEL] = { "kernel", DDL_REFUSED, N_("The driver was built for another kernel."),
		N_("Get the driver disk for this kernel, by its exact version.") },
	[DDL_E_MACHINE] = { "machine", DDL_REFUSED, N_("The driver is for another kind of processor."),
		N_("Get the driver disk for the processor of this machine.") },
	[DDL_E_NO_FIT] = { "no-fit", DDL_REFUSED, N_("Nothing on this disk can be loaded here."),
		N_("The details of the pack say why for each driver.") },
	[DDL_E_NOT_NEEDED] = { "not-needed", DDL_DONE, N_("No driver disk is needed here."), "" },
	[DDL_E_NO_DRIVER] = { "no-driver", DDL_REFUSED, N_("A controller has no driver, and nothing that was found is for it."),
		N_("Get the driver disk for this controller and this kernel. \"ddload list -v\" says what each one here is for.") },
	[DDL_E_LOADED_SAME] = { "already-loaded", DDL_DONE, N_("This very driver is loaded already."), "" },
	[DDL_E_REPLACE] = { "replace", DDL_REFUSED, N_("A loaded driver would have to be replaced, and that was not allowed."),
		N_("Give --replace to allow it.") },
	[DDL_E_ONE_WAY] = { "one-way", DDL_REFUSED, N_("A loaded driver would have to be replaced that could not be put back: this installer has no file of it."),
		N_("Give --one-way to allow it.") },
	[DDL_E_DEPENDENCY] = { "dependency", DDL_REFUSED, N_("The driver needs another module that is neither on a driver disk here nor in the installer."),
		N_("Ask the vendor for a disk that holds it.") },
	[DDL_E_SIGNATURE] = { "signature", DDL_REFUSED, N_("The driver's signature is missing or not trusted here."),
		N_("Use a signed driver, or enrol the vendor's key, or switch Secure Boot off.") },
	[DDL_E_FORGED] = { "signature-bad", DDL_REFUSED, N_("The signature is bad: what was signed has been changed since, or the signature has."),
		N_("Do not use this disk. Fetch it again from the vendor.") },
	[DDL_E_UNSIGNED] = { "unsigned", DDL_REFUSED, N_("The pack is not signed, and only signed packs may be loaded here."),
		N_("Ask the vendor for a signed pack.") },
	[DDL_E_KEY_UNKNOWN] = { "key-unknown", DDL_REFUSED, N_("The pack is signed by a key that is not known here."),
		N_("Compare the key's fingerprint with the vendor's, then give it with --trust-key, or the key with --keyring.") },
	[DDL_E_KEY_EXPIRED] = { "key-expired", DDL_REFUSED, N_("The key that signed the pack has expired, or the signature has."),
		N_("Look at the machine's clock, or ask the vendor for a pack with a new signature.") },
	[DDL_E_WEAK] = { "signature-weak", DDL_REFUSED, N_("The signature is made with a checksum that can be forged (SHA-1 or MD5)."),
		N_("Ask the vendor for a pack with a new signature. Only --allow-sha1 takes one with SHA-1.") },
	[DDL_E_GPGV] = { "gpgv", DDL_REFUSED, N_("Signatures cannot be checked here: gpgv is missing or does not run."),
		N_("Put ddload-gpgv beside ddload.") },

	[DDL_E_BUSY] = { "busy", DDL_REFUSED, N_("The loaded driver is in use and cannot be taken out."),
		N_("Stop what uses it, then try again.") },
	[DDL_E_STAYS] = { "stays", DDL_REFUSED, N_("The loaded driver cannot be unloaded: it was built to stay."),
		N_("Start the machine again with modprobe.blacklist=NAME on the kernel command line, so that it is not loaded.") },
	[DDL_E_HELD] = { "held", DDL_REFUSED, N_("Another driver holds the controller, and cannot be taken out."),
		N_("Give --unbind to take only the controller from it.") },
	[DDL_E_BUILTIN] = { "built-in", DDL_REFUSED, N_("The driver is part of the kernel itself and cannot be replaced."),
		N_("Use an installer whose kernel has it as a module.") },

	[DDL_E_STAGE] = { "stage", DDL_REFUSED, N_("The driver does not fit into memory."),
		N_("Give the machine more memory, or use a smaller pack.") },
	[DDL_E_FIRMWARE] = { "firmware", DDL_UNDONE, N_("The driver's firmware could not be put in place."),
		N_("Look at the log; /run may be full.") },
	[DDL_E_UNLOAD] = { "unload", DDL_UNDONE, N_("The old driver could not be taken out."),
		N_("Something uses it. Stop that, or start the machine without the old driver.") },
	[DDL_E_INSERT] = { "insert", DDL_UNDONE, N_("The kernel did not take the driver."),
		N_("The kernel's own lines say more.") },
	[DDL_E_INSERT_FORMAT] = { "insert-format", DDL_UNDONE, N_("The kernel did not take the driver: it was built for another kernel."),
		N_("Get the driver disk for exactly this kernel.") },
	[DDL_E_INSERT_SYMBOL] = { "insert-symbol", DDL_UNDONE, N_("The kernel did not take the driver: it needs a part that this kernel does not have, or has in another form."),
		N_("Get the driver disk for exactly this kernel.") },
	[DDL_E_INSERT_KEY] = { "insert-key", DDL_UNDONE, N_("The kernel did not take the driver: it is not signed with a key that is trusted here."),
		N_("Use a signed driver, or enrol the vendor's key, or switch Secure Boot off.") },
	[DDL_E_INSERT_LOCKED] = { "insert-locked", DDL_UNDONE, N_("The kernel is locked down and takes no driver that is not signed."),
		N_("Use a signed driver, or switch Secure Boot off.") },
	[DDL_E_INSERT_INIT] = { "insert-init", DDL_UNDONE, N_("The driver itself gave up when it was started."),
		N_("It may not be for this controller, or the controller is faulty. The kernel's own lines say more.") },
	[DDL_E_NOT_BOUND] = { "not-bound", DDL_UNDONE, N_("The new driver did not take the controller."),
		N_("The kernel's own lines say more. It may be for another model.") },
	[DDL_E_NO_DISK] = { "no-disk", DDL_UNDONE, N_("The disks did not come back with the new driver."),
		N_("Give it more time with --settle, or ask the vendor.") },
	[DDL_E_NO_DISK_YET] = { "no-disk-yet", DDL_NO_DISK, N_("The driver has its controller, but nothing has appeared there yet."),
		N_("It may still come. Else check cables and power, and that the controller's own setup has a volume defined.") },
	[DDL_E_NOT_TAKEN] = { "not-taken", DDL_NOT_TAKEN, N_("The driver did not take its controller."),
		N_("The kernel's own lines say why: firmware that is missing, a controller that is faulty or set up otherwise, or another model.") },
	[DDL_E_WRONG_VERSION] = { "wrong-version", DDL_UNDONE, N_("Another version of the driver is running than the one on the disk."),
		N_("Something else loaded it first. Start again with ddload before that.") },
	[DDL_E_UNDONE_PARTLY] = { "undone-partly", DDL_NOT_UNDONE, N_("The load failed, and not everything could be put back as it was."),
		N_("Start the machine again.") },
	[DDL_E_OTHER_RUN] = { "other-run", DDL_REFUSED, N_("Another ddload is changing drivers at this moment."),
		N_("Wait until it has ended, then try again.") },
	[DDL_E_INTERRUPTED] = { "interrupted", DDL_REFUSED, N_("An earlier run was killed while it changed drivers."),
		N_("Start the machine again. Only --after-kill loads without that.") },
	[DDL_E_TARGET] = { "target", DDL_REFUSED, N_("The driver cannot be put into this system; nothing was changed."),
		N_("--target is the directory that the installed system is mounted on.") },
	[DDL_E_INSTALL] = { "install", DDL_NOT_UNDONE, N_("Not all of the driver could be put into the installed system."),
		N_("Each file that was written is complete. Put right what the reason names, and run it again.") },
};

/* The hint where the kernel command line says what is wanted. */
static const char *const hints_at_boot[DDL_CODES] = {
	[DDL_E_USAGE] = N_("ddload.cmdline(7) lists the words of the kernel command line."),
	[DDL_E_LOG] = N_("Give ddload.log= a file in a directory that can be written to."),
	[DDL_E_LICENCE] = N_("Read it, then accept it with ddload.accept-eula=yes."),
	[DDL_E_REPLACE] = N_("Give ddload.replace=yes to allow it."),
	[DDL_E_ONE_WAY] = N_("Give ddload.one-way=yes to allow it."),
	[DDL_E_KEY_UNKNOWN] = N_("Compare the key's fingerprint with the vendor's, then give it with ddload.trust-key=, or the key with ddload.keyring=."),
	[DDL_E_WEAK] = N_("Ask the vendor for a pack with a new signature. Only ddload.allow-sha1=yes takes one with SHA-1."),
	[DDL_E_HELD] = N_("Give ddload.unbind=yes to take only the controller from it."),
	[DDL_E_NO_DISK] = N_("Give it more time with ddload.settle=, or ask the vendor."),
	[DDL_E_INTERRUPTED] = N_("Start the machine again. Only ddload.after-kill=yes loads without that."),
};
/* clang-format on */

static const struct row *row_of(enum ddl_code code)
{
	return &rows[code < DDL_CODES && rows[code].name ? code : DDL_E_INTERNAL];
}

const char *ddl_code_name(enum ddl_code code)
{
	return row_of(code)->name;
}

const char *ddl_code_sentence(enum ddl_code code)
{
	return _(row_of(code)->sentence);
}

void ddl_hints_at_boot(void)
{
	at_boot = true;
}

const char *ddl_code_hint(enum ddl_code code)
{
	const char *words = code < DDL_CODES ? hints_at_boot[code] : NULL;
	const char *hint = at_boot && words ? words : row_of(code)->hint;

	return *hint ? _(hint) : hint; /* the empty msgid is a catalogue's header */
}

enum ddl_status ddl_code_status(enum ddl_code code)
{
	return row_of(code)->status;
}

void ddl_error_clear(struct ddl_error *error)
{
	if (error)
		*error = (struct ddl_error)DDL_ERROR_INIT;
}

int ddl_fail(struct ddl_error *error, enum ddl_code code, int os_errno, const char *text, ...)
{
	char raw[DDL_ERROR_TEXT];
	va_list args;

	if (!error)
		return -1;
	va_start(args, text);
	if (vsnprintf(raw, sizeof(raw), text, args) < 0)
		raw[0] = '\0';
	va_end(args);
	error->code = code;
	error->os_errno = os_errno;
	(void)ddl_text_clean(error->text, sizeof(error->text), raw, strlen(raw));
	return -1;
}

int ddl_fail_in(struct ddl_error *error, const char *where, ...)
{
	char raw[2 * DDL_ERROR_TEXT + 2];
	va_list args;
	int n;

	if (!error)
		return -1;
	va_start(args, where);
	n = vsnprintf(raw, DDL_ERROR_TEXT, where, args);
	va_end(args);
	if (n < 0)
		return -1;
	n = n < DDL_ERROR_TEXT ? n : DDL_ERROR_TEXT - 1;
	(void)snprintf(raw + n, sizeof(raw) - (size_t)n, "%s%s", n && *error->text ? ": " : "", error->text);
	(void)ddl_text_clean(error->text, sizeof(error->text), raw, strlen(raw));
	return -1;
}

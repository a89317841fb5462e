// SPDX-License-Identifier: GPL-2.0-or-later
// Makes a linear device-mapper device over a whole block device, as LVM does for a volume that
// lies in one piece; or removes one.
//
// usage: dm_linear NAME DEVICE SECTORS [UUID]
//        dm_linear --remove NAME
//
// The calls are those of linux/dm-ioctl.h, version 4.0.0. Linked statically, to go into an initrd.

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct request {
	struct dm_ioctl head;
	struct dm_target_spec target;
	char parameters[256];
};

static int control = -1;

static void prepare(struct request *request, const char *name)
{
	*request = (struct request){
		.head = { .version = { 4, 0, 0 }, .data_size = sizeof(*request), .data_start = offsetof(struct request, target) }
	};
	snprintf(request->head.name, sizeof(request->head.name), "%s", name);
}

static int ask(unsigned long what, struct request *request, const char *words)
{
	if (ioctl(control, (int)what, request) == 0) // musl takes an int
		return 0;
	fprintf(stderr, "dm_linear: %s: %s\n", words, strerror(errno));
	return 1;
}

static int make(const char *name, const char *device, const char *sectors, const char *uuid)
{
	struct request request;

	prepare(&request, name);
	snprintf(request.head.uuid, sizeof(request.head.uuid), "%s", uuid);
	if (ask(DM_DEV_CREATE, &request, "create"))
		return 1;
	prepare(&request, name);
	request.head.target_count = 1;
	request.target.length = strtoull(sectors, NULL, 10);
	snprintf(request.target.target_type, sizeof(request.target.target_type), "linear");
	snprintf(request.parameters, sizeof(request.parameters), "%s 0", device);
	if (ask(DM_TABLE_LOAD, &request, "load the table"))
		return 1;
	prepare(&request, name); // without DM_SUSPEND_FLAG it is the resume that makes the table live
	return ask(DM_DEV_SUSPEND, &request, "resume");
}

int main(int argc, char **argv)
{
	struct request request;

	control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	if (control < 0) {
		fprintf(stderr, "dm_linear: /dev/mapper/control: %s\n", strerror(errno));
		return 1;
	}
	if (argc == 3 && strcmp(argv[1], "--remove") == 0) {
		prepare(&request, argv[2]);
		return ask(DM_DEV_REMOVE, &request, "remove");
	}
	if (argc != 4 && argc != 5) {
		fputs("usage: dm_linear NAME DEVICE SECTORS [UUID] | --remove NAME\n", stderr);
		return 2;
	}
	return make(argv[1], argv[2], argv[3], argc == 5 ? argv[4] : "");
}

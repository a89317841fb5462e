// SPDX-License-Identifier: GPL-2.0-or-later
/* Gives each file to a fuzz target once, without libFuzzer: the corpora are regression tests. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		uint8_t *bytes = NULL;
		long size;

		if (!file || fseek(file, 0, SEEK_END) < 0 || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) < 0 ||
		    !(bytes = malloc((size_t)size + 1)) || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
			perror(argv[i]);
			return 1;
		}
		(void)fclose(file);
		/* no byte behind the end may be looked at */
		bytes = realloc(bytes, size ? (size_t)size : 1);
		(void)fprintf(stderr, "%s\n", argv[i]);
		(void)LLVMFuzzerTestOneInput(bytes, (size_t)size);
		free(bytes);
	}
	(void)printf("%d inputs\n", argc - 1);
	return 0;
}

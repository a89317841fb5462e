// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the content of the files in an archive on standard input to standard
// output, with libarchive linked as in ddload: tests/static/run gives it every
// compression in an empty root, where no external program could help out.

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

int main(void)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int result;

	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_cpio(archive);
	result = archive_read_open_fd(archive, 0, 65536);
	while (result == ARCHIVE_OK && (result = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
		result = archive_read_data_into_fd(archive, 1);
	if (result != ARCHIVE_EOF)
		fprintf(stderr, "unpack: %s\n", archive_error_string(archive));
	return result == ARCHIVE_EOF ? 0 : 1;
}

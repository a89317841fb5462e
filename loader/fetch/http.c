// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files by http, https, ftp and tftp, through libcurl. Of a file that an HTTP server gives in parts the first are fetched when
 * it is opened, the others when they are wanted; everything else comes as a whole when it is opened.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fetch/head.h"
#include "fetch/store.h"

#define FIRST_BLOCKS 4U /* 256 KiB: enough to know what a file is, all of a small one */

/* One request, and where its answer goes. */
struct transfer {
	struct ddl_fetch *fetch;
	struct ddl_fetch_file *file;
	struct ddl_store store;
	struct ddl_head head;
	bool opening, judged;
	uint64_t end; /* byte behind the last that is wanted; of one that comes as a whole its size, or UINT64_MAX */
	struct ddl_remote_trouble *trouble;
	char words[CURL_ERROR_SIZE];
};

static CURL *easy; /* one for all: it keeps the connection */

/* ------------------------------------------------------------- what comes in */

static bool is_http(const struct ddl_fetch_file *file)
{
	return strncmp(file->url, "http", 4) == 0;
}

/* Where we are by now, without user and password. False: it is longer than addresses may be. */
static bool where(char *url, size_t room)
{
	char *now = NULL, login[DDL_MAX_NAME + 1];

	return curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &now) == CURLE_OK && now &&
	       ddl_remote_split(now, url, room, login, sizeof(login));
}

/* "http://server/pack" whose server says that it is "http://server/pack/". */
static bool is_directory(const struct ddl_fetch_file *file)
{
	char now[DDL_MAX_PATH];
	size_t n = strlen(file->url);

	return where(now, sizeof(now)) && strncmp(now, file->url, n) == 0 && strcmp(now + n, "/") == 0;
}

static size_t on_head(char *line, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;

	(void)size; /* it is 1 */
	if (ddl_head_line(&transfer->head, line, count))
		return count;
	(void)ddl_fetch_fail(transfer->trouble, DDL_E_TRANSFER, 0, N_("what it says of the file is too long"), "");
	return 0;
}

/* The first bytes of a file that is opened: how large is it, and can parts of it be had? */
static int judge_first(struct transfer *transfer)
{
	const struct ddl_head *head = &transfer->head;
	struct ddl_fetch_file *file = transfer->file;

	if (is_http(file) && head->status == 206 && head->has_range && head->from == 0) {
		file->ranges = true;
		transfer->end = head->to + 1;
		memcpy(file->tag, head->tag, sizeof(file->tag));
		return ddl_store_size(&transfer->store, head->total, transfer->trouble);
	}
	if (is_http(file) && head->status != 200)
		return ddl_fetch_fail(transfer->trouble, DDL_E_TRANSFER, 0, N_("what it says of the file makes no sense"), "");
	transfer->end = head->has_length ? head->length : UINT64_MAX;
	if (!head->has_length)
		return 0;
	if (head->length > transfer->fetch->start.memory - transfer->fetch->held && head->length / 1000 > 0 &&
	    ddl_remote_blocks(head->length) <= DDL_MAX_REMOTE_BLOCKS)
		return ddl_fetch_fail(transfer->trouble, DDL_E_STAGE, 0, N_("this server does not give parts of it"), "");
	return ddl_store_size(&transfer->store, head->length, transfer->trouble);
}

/* The first bytes of more of a file: is it still the same, and are they the ones that were asked for? */
static int judge_more(struct transfer *transfer)
{
	const struct ddl_head *head = &transfer->head;
	const struct ddl_fetch_file *file = transfer->file;

	if (head->status == 200 || (head->status == 206 && head->has_range && head->total != file->size) ||
	    (*file->tag && strcmp(file->tag, head->tag) != 0))
		return ddl_fetch_fail(transfer->trouble, DDL_E_CHANGED, 0, "", "");
	if (head->status != 206 || !head->has_range || head->from != transfer->store.at || head->to >= transfer->end)
		return ddl_fetch_fail(transfer->trouble, DDL_E_TRANSFER, 0, N_("what it says of the file makes no sense"), "");
	return 0;
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;

	(void)size;
	if (!transfer->judged && transfer->opening && is_directory(transfer->file)) {
		transfer->file->directory = true;
		return 0;
	}
	if (!transfer->judged && (transfer->opening ? judge_first(transfer) : judge_more(transfer)) < 0)
		return 0;
	transfer->judged = true;
	return ddl_store_put(&transfer->store, bytes, count, transfer->trouble) < 0 ? 0 : count;
}

/* ---------------------------------------------------------------- what went wrong */

/* The certificate: whether it is that, and why. */
static int fail_certificate(struct ddl_remote_trouble *trouble, const char *words)
{
	time_t now = time(NULL);
	struct tm when;
	char date[32] = "";

	if (gmtime_r(&now, &when))
		(void)snprintf(date, sizeof(date), "%04d-%02d-%02d %02d:%02d", (when.tm_year + 1900) % 10000,
			       when.tm_mon % 12 + 1, when.tm_mday % 100, when.tm_hour % 100, when.tm_min % 100);
	if (strstr(words, "BADCERT_FUTURE"))
		return ddl_fetch_fail(trouble, DDL_E_CERTIFICATE, 0,
				      N_("its certificate is not valid yet, by this machine's clock"), date);
	if (strstr(words, "BADCERT_EXPIRED"))
		return ddl_fetch_fail(trouble, DDL_E_CERTIFICATE, 0, N_("its certificate has expired, by this machine's clock"),
				      date);
	if (strstr(words, "BADCERT_CN_MISMATCH"))
		return ddl_fetch_fail(trouble, DDL_E_CERTIFICATE, 0, N_("its certificate is for another name"), "");
	return ddl_fetch_fail(trouble, DDL_E_CERTIFICATE, 0, N_("its certificate is from an authority that is not known here"),
			      "");
}

static int fail_status(struct ddl_remote_trouble *trouble, unsigned status)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%u", status);
	if (status == 401 || status == 407)
		return ddl_fetch_fail(trouble, DDL_E_LOGIN, 0, "", number);
	if (status == 408 || status == 429 || status >= 500)
		return ddl_fetch_fail(trouble, DDL_E_TRANSFER, EAGAIN, "", number);
	return ddl_fetch_fail(trouble, DDL_E_SERVER, status == 404 || status == 410 ? ENOENT : EACCES, "", number);
}

/* EAGAIN as the errno: it may pass, and is tried again. */
static int fail(struct transfer *transfer, CURLcode code)
{
	struct ddl_remote_trouble *trouble = transfer->trouble;
	long cause = 0;

	if (trouble->code != DDL_OK || transfer->file->directory)
		return -1;
	switch (code) {
	case CURLE_HTTP_RETURNED_ERROR:
		return fail_status(trouble, transfer->head.status);
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return ddl_fetch_fail(trouble, DDL_E_NETWORK, EAGAIN, N_("its name could not be looked up"), "");
	case CURLE_COULDNT_CONNECT:
		(void)curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &cause);
		return ddl_fetch_fail(trouble, DDL_E_NETWORK, EAGAIN, "", cause ? strerror((int)cause) : "");
	case CURLE_OPERATION_TIMEDOUT:
		return transfer->judged ? ddl_fetch_fail(trouble, DDL_E_TRANSFER, EAGAIN, N_("nothing more has come"), "") :
					  ddl_fetch_fail(trouble, DDL_E_NETWORK, EAGAIN, N_("it does not answer"), "");
	case CURLE_TOO_MANY_REDIRECTS:
		return ddl_fetch_fail(trouble, DDL_E_SERVER, 0, N_("it sends on and on to other addresses"), "");
	case CURLE_UNSUPPORTED_PROTOCOL:
		return ddl_fetch_fail(trouble, DDL_E_SERVER, 0,
				      N_("it sends on to an address that is not allowed (https to http)"), "");
	case CURLE_PEER_FAILED_VERIFICATION:
		return fail_certificate(trouble, transfer->words);
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return ddl_fetch_fail(trouble, DDL_E_CERTIFICATE, 0, N_("its key is not the one that was given"), "");
	case CURLE_SSL_CACERT_BADFILE:
		return ddl_fetch_fail(trouble, DDL_E_CERTIFICATE, 0, N_("the certificates of authorities here cannot be read"),
				      "");
	case CURLE_SSL_CONNECT_ERROR:
		return ddl_fetch_fail(trouble, DDL_E_NETWORK, 0, "", transfer->words);
	case CURLE_LOGIN_DENIED:
		return ddl_fetch_fail(trouble, DDL_E_LOGIN, 0, "", "");
	case CURLE_REMOTE_FILE_NOT_FOUND:
	case CURLE_TFTP_NOTFOUND:
		return ddl_fetch_fail(trouble, DDL_E_SERVER, ENOENT, "", "");
	case CURLE_REMOTE_ACCESS_DENIED:
	case CURLE_FTP_COULDNT_RETR_FILE:
	case CURLE_TFTP_PERM:
		return ddl_fetch_fail(trouble, DDL_E_SERVER, EACCES, "", "");
	case CURLE_URL_MALFORMAT:
		return ddl_fetch_fail(trouble, DDL_E_SERVER, ENOENT, N_("this is no address that can be used"), "");
	case CURLE_OUT_OF_MEMORY:
		return ddl_fetch_fail(trouble, DDL_E_MEMORY, 0, "", "");
	default:
		return ddl_fetch_fail(trouble, DDL_E_TRANSFER, EAGAIN, "", transfer->words);
	}
}

/* ------------------------------------------------------------------- requests */

#define WHOLE_URL (3U * (DDL_MAX_PATH + DDL_MAX_NAME) + 2U)

/*
 * The address with user and password, as libcurl wants it. Names of files that a pack lists stand in it as they are: what no
 * address may have is escaped (RFC 3986).
 */
static void whole_url(const struct ddl_fetch_file *file, char to[WHOLE_URL])
{
	const char *host = strstr(file->url, "://");
	char raw[DDL_MAX_PATH + DDL_MAX_NAME + 2];

	if (*file->login && host)
		(void)snprintf(raw, sizeof(raw), "%.*s%s@%s", (int)(host + 3 - file->url), file->url, file->login, host + 3);
	else
		(void)snprintf(raw, sizeof(raw), "%s", file->url);
	for (const char *c = raw; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || strchr("\"<>\\^`{|}", *c))
			to += sprintf(to, "%%%02X", (unsigned char)*c);
		else
			*to++ = *c;
	*to = '\0';
}

/* Who is believed: whom an authority names, who has that key, or anybody. False: nobody could be. */
static bool set_trust(const struct ddl_fetch *fetch)
{
	struct curl_blob authorities = { fetch->authorities, fetch->n_authorities, CURL_BLOB_NOCOPY };
	long verify = !*fetch->start.pin && !fetch->start.unverified;

	if (fetch->authorities)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &authorities);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
	(void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	if (*fetch->start.pin)
		(void)curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, fetch->start.pin);
	return !verify || fetch->authorities;
}

static void set_proxy(const struct ddl_fetch *fetch)
{
	struct ddl_fetch_file proxy = { .number = 0 };
	char url[WHOLE_URL];

	memcpy(proxy.url, fetch->start.url, sizeof(proxy.url));
	memcpy(proxy.login, fetch->start.login, sizeof(proxy.login));
	whole_url(&proxy, url);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, url); /* "": none, whatever the environment says */
}

/* libcurl's options that cannot fail, as what they are given is right, are not looked at one by one. */
static bool set_up(struct transfer *transfer)
{
	const struct ddl_fetch_file *file = transfer->file;
	bool trusted, secure = strncmp(file->url, "https:", 6) == 0;
	char url[WHOLE_URL];

	if (!easy && !(easy = curl_easy_init()))
		return ddl_fetch_fail(transfer->trouble, DDL_E_MEMORY, 0, "", "") == 0;
	curl_easy_reset(easy); /* connections stay */
	whole_url(file, url);
	(void)curl_easy_setopt(easy, CURLOPT_URL, url);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "ddload");
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,ftp,tftp");
	(void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)DDL_MAX_REDIRECTS);
	(void)curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)DDL_FETCH_CONNECT_SECONDS);
	(void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)DDL_FETCH_STALL_SECONDS);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->words);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	set_proxy(transfer->fetch);
	trusted = set_trust(transfer->fetch);
	if (trusted || !secure)
		return true;
	(void)ddl_fetch_fail(transfer->trouble, DDL_E_CERTIFICATE, 0,
			     N_("there are no certificates of authorities in this initrd"), "");
	return false;
}

/* Bytes `from` up to `to`, not with it; `end` of the transfer is set to that. */
static int request(struct transfer *transfer, uint64_t from, uint64_t to)
{
	struct ddl_fetch_file *file = transfer->file;
	struct curl_slist *same = NULL;
	char range[64], line[300];
	CURLcode code;

	transfer->judged = false;
	transfer->end = to;
	transfer->head = (struct ddl_head){ .status = 0 };
	*transfer->words = '\0';
	if (!set_up(transfer))
		return -1;
	if (is_http(file)) {
		(void)snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)from, (unsigned long long)to - 1);
		(void)curl_easy_setopt(easy, CURLOPT_RANGE, range);
	}
	if (!transfer->opening && *file->tag) {
		(void)snprintf(line, sizeof(line), "If-Range: %s", file->tag);
		same = curl_slist_append(NULL, line);
		(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, same);
	}
	code = curl_easy_perform(easy);
	curl_slist_free_all(same);
	if (code != CURLE_OK)
		return fail(transfer, code);
	if (transfer->judged && transfer->end != UINT64_MAX && transfer->store.at + transfer->store.n != transfer->end)
		return ddl_fetch_fail(transfer->trouble, DDL_E_TRANSFER, EAGAIN,
				      N_("less has come than the server had announced"), "");
	return 0;
}

/* The file is where the redirects have led to; who is on another server does not get user and password. */
static void move(struct ddl_fetch_file *file)
{
	char now[DDL_MAX_PATH];
	const char *slash = strstr(file->url, "://");
	size_t server = slash ? (size_t)(slash + 3 - file->url) + strcspn(slash + 3, "/?#") : strlen(file->url);

	if (!where(now, sizeof(now)))
		return;
	if (strncmp(now, file->url, server) != 0 || (now[server] && !strchr("/?#", now[server])))
		*file->login = '\0';
	memcpy(file->url, now, sizeof(now));
}

/* "…/pack", which is no file: a directory's name, most likely. */
static bool may_be_directory(const struct ddl_fetch_file *file)
{
	const char *base = strrchr(file->url, '/');

	return base && !strpbrk(base, ".?#");
}

static int open_http(struct ddl_fetch *fetch, struct ddl_fetch_file *file, struct ddl_remote_trouble *trouble)
{
	struct transfer transfer = { .fetch = fetch, .file = file, .opening = true, .trouble = trouble };
	size_t n = strlen(file->url);
	int result;

	if (n && file->url[n - 1] == '/' && strncmp(file->url, "tftp:", 5) != 0) {
		file->directory = true;
		return 0;
	}
	ddl_store_begin(&transfer.store, fetch, file, 0);
	result = request(&transfer, 0, FIRST_BLOCKS * DDL_REMOTE_BLOCK);
	if (result < 0 && is_http(file) && transfer.head.status == 416) { /* no first byte: it is empty */
		*trouble = (struct ddl_remote_trouble){ .code = DDL_OK };
		result = ddl_store_size(&transfer.store, 0, trouble);
	}
	if (result < 0 && trouble->code == DDL_E_SERVER && trouble->os_errno && is_http(file) &&
	    (is_directory(file) || may_be_directory(file)))
		file->directory = true;
	if (file->directory) {
		*trouble = (struct ddl_remote_trouble){ .code = DDL_OK };
		return 0;
	}
	if (result < 0)
		return -1;
	move(file);
	if (!transfer.judged && !file->sized && ddl_store_size(&transfer.store, 0, trouble) < 0)
		return -1;
	file->expected = file->ranges ? FIRST_BLOCKS : 0;
	return ddl_store_end(&transfer.store, trouble);
}

static int fill_http(struct ddl_fetch *fetch, struct ddl_fetch_file *file, uint64_t block, uint64_t count,
		     struct ddl_remote_trouble *trouble)
{
	struct transfer transfer = { .fetch = fetch, .file = file, .trouble = trouble };
	uint64_t to = (block + count) * DDL_REMOTE_BLOCK;

	if (!file->ranges)
		return ddl_fetch_fail(trouble, DDL_E_INTERNAL, 0, "", "");
	ddl_store_begin(&transfer.store, fetch, file, block);
	return request(&transfer, block * DDL_REMOTE_BLOCK, to < file->size ? to : file->size);
}

const struct ddl_fetch_way ddl_http_way = { open_http, fill_http };

/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the directory of keys that may sign bundles, gives the keys, all of
 * them. Never passes over one that it cannot use: without a key, anything is trusted.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/file.h"
#include "linux/linux_machine.h"
#include "linux/root.h"

#define KEY_SIZE crypto_sign_PUBLICKEYBYTES
/* More than any key has; what is longer is none. */
#define KEY_TEXT_MAX 128
#define NAMES_SIZE_MAX ((size_t)64 << 10)

#define KEYS_ABOVE "/etc/nv2boot"
#define KEYS KEYS_ABOVE "/keys.d"

static int fail_at(const struct root *root, const char *name, int error, const char *why)
{
	struct root_shown shown;

	root_show(root, &shown, KEYS "%s%s", name ? "/" : "", name ? name : "");
	log_say(root->log, LOG_LEVEL_ERROR, "cannot use the keys in %s: %s path=%s errno=%d",
		shown.path, why, shown.value, -error);
	return error;
}

/* One line of base64, as `nv2dtc compile --sign` has its keys. */
static const char *decode_key(const struct bytes *text, unsigned char key[KEY_SIZE])
{
	unsigned char decoded[KEY_TEXT_MAX];
	size_t len = text->size, size = 0;

	if (len && text->data[len - 1] == '\n')
		len--;
	if (len && text->data[len - 1] == '\r')
		len--;
	if (!len)
		return "it is empty: a key is 32 bytes in base64, on one line";
	if (sodium_base642bin(decoded, sizeof(decoded), (const char *)text->data, len, NULL, &size,
			      NULL, sodium_base64_VARIANT_ORIGINAL) < 0)
		return "it is no key: not base64 on one line";
	if (size != KEY_SIZE)
		return "it is no key: a public key has 32 bytes";
	memcpy(key, decoded, KEY_SIZE);
	return NULL;
}

static int read_open_key(const struct root *root, const char *name, int fd,
			 unsigned char key[KEY_SIZE])
{
	struct bytes text;
	struct stat status;
	const char *wrong;
	int error;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return fail_at(root, name, -EINVAL, "it is no regular file: take it away");
	wrong = file_is_exposed(fd);
	if (wrong)
		return fail_at(root, name, -EPERM, wrong);
	error = file_read(fd, KEY_TEXT_MAX, &text);
	if (error)
		return fail_at(root, name, error, strerror(-error));
	wrong = decode_key(&text, key);
	free(text.data);
	return wrong ? fail_at(root, name, -EINVAL, wrong) : 0;
}

static int read_key(const struct root *root, int dir, const char *name, struct bytes *keys)
{
	unsigned char *data = realloc(keys->data, keys->size + KEY_SIZE);
	int fd, error;

	if (!data)
		return fail_at(root, name, -ENOMEM, strerror(ENOMEM));
	keys->data = data;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail_at(root, name, -errno,
			       errno == ELOOP ? "it is a symbolic link: put the key itself there"
					      : strerror(errno));
	error = read_open_key(root, name, fd, data + keys->size);
	close(fd);
	if (!error)
		keys->size += KEY_SIZE;
	return error;
}

static int read_open_dir(const struct root *root, int dir, struct bytes *keys)
{
	const char *wrong = file_is_exposed(dir);
	struct bytes names;
	int error;

	if (wrong)
		return fail_at(root, NULL, -EPERM, wrong);
	error = file_list(dir, false, NAMES_SIZE_MAX, &names);
	if (error)
		return fail_at(root, NULL, error, strerror(-error));
	for (const char *name = NULL; !error && (name = file_next_name(&names, name));)
		error = read_key(root, dir, name, keys);
	free(names.data);
	return error;
}

static int read_keys(const struct root *root, struct bytes *keys)
{
	int above = root_open_at(root, KEYS_ABOVE, O_RDONLY | O_DIRECTORY), dir, error;

	if (above < 0)
		return above == -ENOENT ? 0 : fail_at(root, NULL, above, strerror(-above));
	/* Whoever can write there can put another directory in its place, or none. */
	if (file_is_exposed(above)) {
		close(above);
		return fail_at(root, NULL, -EPERM,
			       "the directory above can be written by others: chmod go-w it");
	}
	dir = openat(above, "keys.d", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	error = dir < 0 ? -errno : 0;
	close(above);
	if (dir < 0)
		return error == -ENOENT ? 0 : fail_at(root, NULL, error, strerror(-error));
	error = read_open_dir(root, dir, keys);
	close(dir);
	return error;
}

int linux_read_keys(const struct linux_options *options, struct bytes *keys)
{
	struct root root;
	int error = root_open(&root, options);

	*keys = (struct bytes){0};
	if (error)
		return error;
	error = read_keys(&root, keys);
	root_close(&root);
	if (error) {
		free(keys->data);
		*keys = (struct bytes){0};
	}
	return error;
}

int linux_verify_signature(void *context, const unsigned char *key, const void *message,
			   size_t size, const unsigned char *signature)
{
	(void)context;
	/*
	 * Without sodium_init(): that waits for random numbers, which there may be none of at boot,
	 * and all it would bring is faster code for what is not used here.
	 */
	return crypto_sign_verify_detached(signature, message, size, key) ? -EBADMSG : 0;
}

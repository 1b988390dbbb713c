/*
 * The floor: the least a server can do. One thread, one epoll set, one send(2) for each delivery. What a member sends
 * goes, as it is, to all who are in the channel whose four digits it begins with; a member's query says where it is in
 * (?channel=0000&channel=0001). Nothing is stored, nobody is asked who they are, nothing waits in a buffer: a member
 * whose socket is full is dropped.
 *
 * Invariants: a connection is in `rooms` exactly while its descriptor is open; what is in `in` is at most one frame.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ROOMS = 10000, DIGITS = 4, HEAD = 4096, MESSAGE = 4096, EVENTS = 512 };
enum { TEXT = 0x81, CLOSE = 0x88, PING = 0x89, PONG = 0x8a };

struct connection {
	int fd;
	int open;      /* the upgrade is done */
	int room_count;
	int *rooms;    /* of each: the number */
	int *places;   /* of each: where in it this connection stands */
	size_t length; /* of what waits in `in` */
	unsigned char *in; /* a cut head or frame; NULL when there is none */
};

struct room {
	struct connection **members;
	int count, space;
};

static struct room rooms[ROOMS];
static struct connection **by_fd;
static int poll_fd;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void *grow(void *memory, size_t size)
{
	memory = realloc(memory, size);
	if (memory == NULL && size > 0)
		die("realloc");
	return memory;
}

/* SHA-1 of less than 120 bytes (RFC 3174): the handshake needs it. */
static uint32_t turn(uint32_t value, int by)
{
	return value << by | value >> (32 - by);
}

static void sha1_block(uint32_t state[5], const unsigned char *block)
{
	uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
	for (int i = 0; i < 80; i++) {
		if (i < 16) {
			memcpy(&w[i], block + 4 * i, 4);
			w[i] = ntohl(w[i]);
		} else {
			w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
		}
		uint32_t f = i < 20 ? ((b & c) | (~b & d)) + 0x5a827999
			: i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
			: i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
			: (b ^ c ^ d) + 0xca62c1d6;
		uint32_t next = turn(a, 5) + f + e + w[i];
		e = d, d = c, c = turn(b, 30), b = a, a = next;
	}
	state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

static void sha1(const char *text, size_t length, unsigned char digest[20])
{
	uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	unsigned char padded[128] = {0};
	size_t size = length + 9 <= 64 ? 64 : 128;
	memcpy(padded, text, length);
	padded[length] = 0x80;
	padded[size - 2] = (unsigned char)(length * 8 >> 8);
	padded[size - 1] = (unsigned char)(length * 8);
	for (size_t at = 0; at < size; at += 64)
		sha1_block(state, padded + at);
	for (int i = 0; i < 5; i++) {
		uint32_t word = htonl(state[i]);
		memcpy(digest + 4 * i, &word, 4);
	}
}

/* Base64 of 20 bytes: 28 characters. */
static void encode(const unsigned char digest[20], char out[29])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (int i = 0; i < 7; i++) {
		const unsigned char *three = digest + 3 * i;
		uint32_t bits = (uint32_t)three[0] << 16 | (uint32_t)three[1] << 8 | (i < 6 ? three[2] : 0);
		for (int j = 0; j < 4; j++)
			out[4 * i + j] = alphabet[bits >> (18 - 6 * j) & 63];
	}
	out[27] = '=';
	out[28] = 0;
}

static void drop(struct connection *c)
{
	for (int i = 0; i < c->room_count; i++) {
		struct room *room = &rooms[c->rooms[i]];
		struct connection *last = room->members[--room->count];
		room->members[c->places[i]] = last;
		for (int j = 0; j < last->room_count; j++)
			if (last->rooms[j] == c->rooms[i])
				last->places[j] = c->places[i];
	}
	by_fd[c->fd] = NULL;
	close(c->fd);
	free(c->rooms);
	free(c->places);
	free(c->in);
	free(c);
}

static void enter(struct connection *c, int number)
{
	struct room *room = &rooms[number];
	for (int i = 0; i < c->room_count; i++)
		if (c->rooms[i] == number)
			return;
	if (room->count == room->space) {
		room->space = room->space ? 2 * room->space : 16;
		room->members = grow(room->members, room->space * sizeof *room->members);
	}
	c->rooms = grow(c->rooms, (c->room_count + 1) * sizeof *c->rooms);
	c->places = grow(c->places, (c->room_count + 1) * sizeof *c->places);
	c->rooms[c->room_count] = number;
	c->places[c->room_count++] = room->count;
	room->members[room->count++] = c;
}

static int room_of(const unsigned char *digits, size_t length)
{
	int number = 0;
	if (length < DIGITS)
		return -1;
	for (int i = 0; i < DIGITS; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -1;
		number = number * 10 + (digits[i] - '0');
	}
	return number;
}

/* The upgrade (RFC 6455 section 4.2): 0 when the connection has to go. `head` ends with a NUL. */
static int upgrade(struct connection *c, char *head)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	static const char name[] = "\r\nSec-WebSocket-Key:";
	char joined[128], answer[256], accepted[29];
	unsigned char digest[20];
	char *key = strcasestr(head, name), *end = strstr(head, "\r\n"), *at = head;
	if (key == NULL)
		return 0;
	key += strlen(name);
	key += strspn(key, " ");
	int length = snprintf(joined, sizeof joined, "%.24s%s", key, guid);
	sha1(joined, (size_t)length, digest);
	encode(digest, accepted);
	length = snprintf(answer, sizeof answer,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\n\r\n", accepted);
	while ((at = strstr(at, "channel=")) != NULL && at < end) {
		int number = room_of((unsigned char *)at + 8, (size_t)(end - at) - 8);
		if (number >= 0)
			enter(c, number);
		at += 8;
	}
	c->open = 1;
	return send(c->fd, answer, (size_t)length, MSG_NOSIGNAL) == length;
}

/* One frame is made for all, then sent to each by a call of its own. 0 when the sender itself is gone. */
static int deliver(struct connection *from, const unsigned char *text, size_t length)
{
	static unsigned char frame[MESSAGE + 4];
	int number = room_of(text, length), alive = 1;
	size_t head = 2;
	if (number < 0)
		return 1;
	frame[0] = TEXT;
	if (length < 126) {
		frame[1] = (unsigned char)length;
	} else {
		frame[1] = 126;
		frame[2] = (unsigned char)(length >> 8);
		frame[3] = (unsigned char)length;
		head = 4;
	}
	memcpy(frame + head, text, length);
	struct room *room = &rooms[number];
	for (int i = 0; i < room->count;) {
		struct connection *to = room->members[i];
		if (send(to->fd, frame, head + length, MSG_NOSIGNAL) == (ssize_t)(head + length)) {
			i++;
			continue;
		}
		if (to == from)
			alive = 0, i++; /* its caller drops it */
		else
			drop(to);
	}
	return alive;
}

/* Returns the bytes the first frame takes, 0 when it is cut, -1 when the connection has to go. */
static long take_frame(struct connection *c, unsigned char *data, size_t length)
{
	if (length < 6)
		return 0;
	size_t head = 6, size = data[1] & 0x7f;
	if (size == 126) {
		head = 8;
		size = (size_t)data[2] << 8 | data[3];
	}
	if (!(data[1] & 0x80) || (data[1] & 0x7f) == 127 || size > MESSAGE)
		return -1;
	if (length < head + size)
		return 0;
	unsigned char *mask = data + head - 4, *text = data + head;
	for (size_t i = 0; i < size; i++)
		text[i] ^= mask[i & 3];
	switch (data[0]) {
	case TEXT:
		return deliver(c, text, size) ? (long)(head + size) : -1;
	case PING: {
		unsigned char pong[2 + 125] = {PONG, (unsigned char)size};
		if (size > 125)
			return -1;
		memcpy(pong + 2, text, size);
		return send(c->fd, pong, 2 + size, MSG_NOSIGNAL) > 0 ? (long)(head + size) : -1;
	}
	case PONG:
		return (long)(head + size);
	default: /* closing, binary, fragments */
		return -1;
	}
}

static void receive(struct connection *c)
{
	static unsigned char buffer[1 << 16];
	size_t used = 0;
	if (c->length > 0)
		memcpy(buffer, c->in, c->length);
	ssize_t got = recv(c->fd, buffer + c->length, sizeof buffer - 1 - c->length, 0);
	if (got <= 0) {
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			drop(c);
		return;
	}
	size_t length = c->length + (size_t)got;
	if (!c->open) {
		buffer[length] = 0;
		char *end = strstr((char *)buffer, "\r\n\r\n");
		if (end != NULL) {
			end[2] = 0;
			if (!upgrade(c, (char *)buffer)) {
				drop(c);
				return;
			}
			used = (size_t)(end + 4 - (char *)buffer);
		} else if (length > HEAD) {
			drop(c);
			return;
		}
	}
	while (c->open) {
		long taken = take_frame(c, buffer + used, length - used);
		if (taken < 0) {
			drop(c);
			return;
		}
		if (taken == 0)
			break;
		used += (size_t)taken;
	}
	c->length = length - used;
	if (c->length > 0) {
		c->in = grow(c->in, c->length);
		memcpy(c->in, buffer + used, c->length);
	} else {
		free(c->in);
		c->in = NULL;
	}
}

static void accept_all(int listener)
{
	int fd, one = 1;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct connection *c = calloc(1, sizeof *c);
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
		if (c == NULL)
			die("calloc");
		c->fd = fd;
		by_fd[fd] = c;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
			die("epoll_ctl");
	}
}

static int listen_on_loopback(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 1024) < 0)
		die("listen");
	if (getsockname(listener, (struct sockaddr *)&address, &size) < 0)
		die("getsockname");
	printf("127.0.0.1:%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return listener;
}

int main(void)
{
	struct rlimit limit;
	struct epoll_event events[EVENTS], event = {.events = EPOLLIN};
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		die("getrlimit");
	limit.rlim_cur = limit.rlim_max = limit.rlim_max < 1 << 20 ? limit.rlim_max : 1 << 20;
	setrlimit(RLIMIT_NOFILE, &limit);
	by_fd = calloc(limit.rlim_cur, sizeof *by_fd);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	int listener = listen_on_loopback();
	event.data.fd = listener;
	if (by_fd == NULL || poll_fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &event) < 0)
		die("epoll");
	for (;;) {
		int ready = epoll_wait(poll_fd, events, EVENTS, -1);
		for (int i = 0; i < ready; i++) {
			if (events[i].data.fd == listener)
				accept_all(listener);
			else if (by_fd[events[i].data.fd] != NULL) /* dropped meanwhile: its number may wait here still */
				receive(by_fd[events[i].data.fd]);
		}
	}
}

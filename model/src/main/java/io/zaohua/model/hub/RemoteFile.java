package io.zaohua.model.hub;

/**
 * A file as a hub's listing names it.
 *
 * @param path inside the repository, {@code /} between its parts
 * @param bytes its size
 * @param key the name of its blob: SHA-256 (64 hex digits) or git blob SHA-1 (40), else an opaque
 *     tag
 */
record RemoteFile(String path, long bytes, String key) {}

package io.zaohua.model.hub;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A model that is on this machine.
 *
 * @param name what {@code resolve}, {@code pull} and {@code rm} take
 * @param path the GGUF file or the checkpoint folder
 * @param bytes on disk, what other models share counted in
 * @param licence where it is known: from the catalogue or the model card
 */
public record CachedModel(String name, Path path, long bytes, Optional<String> licence) {}

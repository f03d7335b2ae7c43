/**
 * How the next token is chosen: logits in, one id out. Everyone who generates may enter. {@link
 * io.zaohua.engine.sample.TokenChooser} is the one method that is asked; a {@link
 * io.zaohua.engine.sample.Sampler} answers it by a chain of parts, one file each: rules change
 * logits, cuts drop candidates, a draw picks one. Start reading at {@code Sampler}, then {@code
 * SamplingOptions}; {@code BeamSearch} and {@code LogProbs} stand beside the chain.
 */
@NullMarked
package io.zaohua.engine.sample;

import org.jspecify.annotations.NullMarked;

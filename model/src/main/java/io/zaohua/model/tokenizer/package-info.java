/**
 * Text to token ids and back, in plain Java, from tokenizer.json and from GGUF metadata: byte-level
 * BPE, BPE with byte fallback, SentencePiece BPE and Unigram, WordPiece. Anyone may enter through
 * {@link io.zaohua.model.tokenizer.Tokenizer}; the way in from files is {@link
 * io.zaohua.model.tokenizer.TokenizerMetadata} (GGUF) and {@link
 * io.zaohua.model.tokenizer.TokenizerJson} (Hugging Face). Start reading at Tokenizer.
 */
@NullMarked
package io.zaohua.model.tokenizer;

import org.jspecify.annotations.NullMarked;

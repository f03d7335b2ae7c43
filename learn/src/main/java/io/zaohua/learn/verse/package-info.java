/**
 * How the embedded model {@code poet} came about: the npm package chinese-poetry to training
 * documents and a tokenizer of characters, its training, and what it is measured by. Commands that
 * train may enter. Start reading at {@link io.zaohua.learn.verse.VerseData}.
 */
@NullMarked
package io.zaohua.learn.verse;

import org.jspecify.annotations.NullMarked;

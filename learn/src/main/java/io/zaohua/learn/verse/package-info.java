/**
 * How the embedded model {@code poet} came about: the npm package chinese-poetry to training
 * documents and a tokenizer of characters, and what it is measured by. Its training is a recipe,
 * models/poet/recipe.yaml. Commands may enter. Start reading at {@link
 * io.zaohua.learn.verse.VerseData}.
 */
@NullMarked
package io.zaohua.learn.verse;

import org.jspecify.annotations.NullMarked;

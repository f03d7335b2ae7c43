/**
 * The Jinja that chat templates are written in: a lexer, a parser to a sealed tree, and an
 * interpreter with Python's values, sandboxed and bounded. A template can neither reach anything
 * outside the values it is given nor run, grow or nest without end. Only {@code
 * io.zaohua.model.chat} should need to enter. Start at {@link io.zaohua.model.jinja.Template}.
 *
 * <p>What a template means is what jinja2 3.1 gives in the environment transformers renders chat
 * templates with: trim_blocks, lstrip_blocks, loop controls, immutable sandbox.
 */
@NullMarked
package io.zaohua.model.jinja;

import org.jspecify.annotations.NullMarked;

package io.zaohua.model.jinja;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zaohua.model.UserError;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template that asks for too much ends in one error, soon. */
@Timeout(value = 60, unit = SECONDS)
class HostileTemplateTest {
  /** A tenth of what a rendering may use, so that the tests are quick. */
  private static final Limits LIMITS = new Limits(400_000, 4 << 20, 2 << 20, 500);

  private static UserError refusal(String template) {
    return catchThrowableOfType(
        UserError.class, () -> Template.of(template).render(Map.of(), Clock.systemUTC(), LIMITS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) if false %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{{ 'x' * 100000 }}{% endfor %}",
        "{% set s = namespace(t='xx') %}{% for a in range(99) %}{% set s.t = s.t ~ s.t %}{% endfor %}",
        "{% set s = namespace(t='xx') %}{% for a in range(99) %}{% set s.t = s.t + s.t %}{% endfor %}",
        "{% set s = namespace(t=[1]) %}{% for a in range(99) %}{% set s.t = s.t + s.t %}{% endfor %}",
        "{% set s = namespace(t=[1]) %}{% for a in range(99) %}{% set s.t = [s.t, s.t] %}{% endfor %}",
        "{% set s = namespace(t=[1]) %}{% for a in range(999) %}{% set s.t = [s.t] %}{% endfor %}{{ s.t }}",
        "{% set s = namespace() %}{% set s.s = s %}{{ s }}",
        "{% set s = namespace(t='x') %}{% for a in range(9999) %}{% set s.t = s.t | replace('', 'xx') %}{% endfor %}",
        "{% set s = namespace(t='a' | map('string')) %}{% for a in range(9999) %}{% set s.t = s.t | map('string') %}{% endfor %}{{ s.t | list }}",
        "{{ 'x' * 999999999999 }}",
        "{{ [0] * 999999999999 }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 2 ** 99999999999999999999 }}",
        "{{ (-2) ** 99999999999999999999 }}",
        "{{ range(10 ** 30) }}",
        "{{ range(0, 10 ** 9) | list }}",
        "{{ 'x'.center(999999999) }}",
        "{{ 'x'.ljust(999999999) }}",
        "{{ '1'.zfill(999999999) }}",
        "{{ '\t'.expandtabs(999999999) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%.999999999f' % 1 }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ '{:.999999999f}'.format(1) }}",
        "{{ 'a' | indent(999999999, true) }}",
        "{{ [1] | batch(999999999, 0) | list }}",
        "{{ [1] | slice(999999999) | list }}",
        "{{ [1] | tojson(indent=999999999) }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
        "{% macro f() %}{% call g() %}{{ f() }}{% endcall %}{% endmacro %}{% macro g() %}{{ caller() }}{% endmacro %}{{ f() }}",
        "{% for a in [[1]] recursive %}{{ loop([a]) }}{% endfor %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ {}.__init__.__globals__ }}",
        "{{ range.__globals__.x }}",
        "{{ ''['__class__']['__base__'] }}",
        "{{ '{0.__class__.__mro__}'.format('') }}"
      })
  void isRefused(String template) {
    assertThat(refusal(template)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "{1:", "-", "not ", "x[", "f(", "1 if ", "a.b|c(", "'a' ~ ("})
  void deepSourcesAreRefused(String opening) {
    assertThat(refusal("{{ " + opening.repeat(50_000) + " }}")).isNotNull();
    assertThat(refusal("{{ " + opening.repeat(50_000) + "1")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{% if 1 %}", "{% for a in b %}", "{% set a %}", "{% macro f() %}"})
  void deepBlocksAreRefused(String opening) {
    assertThat(refusal(opening.repeat(50_000))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {" + 1", " and 1", " ** 1", ".a", "[0]", "|string", "()", " is string"})
  void longChainsEndInAnErrorOrAnAnswer(String link) {
    assertThat(refusal("{{ 1" + link.repeat(50_000) + " }}")).isNotNull();
  }

  @Test
  void theUsualLimitsEndALoopToo() {
    Template template =
        Template.of(
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
    assertThatThrownBy(() -> template.render(Map.of(), Clock.systemUTC()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("steps");
  }

  @Test
  void theErrorNamesTheLine() {
    assertThat(refusal("\n\n{{ x.y.z }}"))
        .hasMessageContaining("line 3")
        .hasMessageContaining("x is undefined");
  }

  @Test
  void anErrorOfTheSourceNamesTheLine() {
    assertThat(refusal("a\nb {% if %}")).hasMessageContaining("line 2");
  }

  @Test
  void aRaisedExceptionIsShownAsItIs() {
    assertThat(refusal("{{ raise_exception('100% wrong') }}"))
        .hasMessageContaining("refuses this conversation: 100% wrong");
  }

  @Test
  void theContextNeverChanges() {
    Value list = PlainData.of(java.util.List.of(1, 2));
    Map<String, Value> context = new HashMap<>(Map.of("a", list));
    Template.of("{% set a = a + [3] %}{% for b in a %}{% set a = 0 %}{% endfor %}")
        .render(context, Clock.systemUTC());
    assertThat(context)
        .containsExactlyEntriesOf(Map.of("a", PlainData.of(java.util.List.of(1, 2))));
  }

  /** Pieces of templates in random order: an answer or a {@link UserError}, nothing else. */
  @Test
  void randomTemplatesNeverCrash() {
    String[] pieces = {
      "{{ ",
      " }}",
      "{% ",
      " %}",
      "{# ",
      " #}",
      "for x in y",
      "endfor",
      "if ",
      "endif",
      "else",
      "set a = ",
      "macro f(a, b=1)",
      "endmacro",
      "call f()",
      "endcall",
      "filter upper",
      "raw",
      "'x'",
      "\"y\"",
      "1",
      "2.5",
      "[",
      "]",
      "(",
      ")",
      "{",
      "}",
      ":",
      ",",
      ".",
      "|",
      "~",
      "is",
      "not",
      "in",
      "y",
      "a",
      "loop.index",
      "messages",
      "tojson",
      "join(',')",
      "**",
      "//",
      "%",
      "==",
      "-",
      "+",
      "\n",
      " ",
      "recursive",
      "namespace(a=1)",
      "range(3)",
      "[1:2]",
      "\\",
      "é",
      "x.upper()"
    };
    Random random = new Random(7);
    int answers = 0;
    for (int i = 0; i < 5_000; i++) {
      StringBuilder source = new StringBuilder();
      for (int j = random.nextInt(14); j >= 0; j--) {
        source.append(pieces[random.nextInt(pieces.length)]);
      }
      try {
        Template.of("{{ " + source + " }}")
            .render(Map.of("y", PlainData.of(java.util.List.of(1, "b"))), Clock.systemUTC());
        answers++;
      } catch (UserError e) {
        assertThat(e.fact().english()).isNotBlank();
      }
    }
    assertThat(answers).isPositive();
  }
}

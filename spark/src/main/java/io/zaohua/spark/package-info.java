/**
 * Training runs on a Spark cluster: {@link io.zaohua.spark.BarrierTraining} is what spark-submit
 * starts. Built and tested with {@code mvn -Pall} only, so that nobody else waits for Spark.
 */
@NullMarked
package io.zaohua.spark;

import org.jspecify.annotations.NullMarked;

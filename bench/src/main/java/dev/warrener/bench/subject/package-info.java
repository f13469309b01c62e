/** What is measured: Warrener and its peers, each as processes of its own on the same queue. */
@NullMarked
package dev.warrener.bench.subject;

import org.jspecify.annotations.NullMarked;

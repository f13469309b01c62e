package dev.warrener.testbroker;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test, or all tests of a class, that stages a process which no signal reaches, by a {@link
 * FrozenFileSystem}. If that can't be made, the test is skipped, and listed on stderr with the
 * reason when the tests have ended.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsFrozenFileSystemCondition.class)
public @interface NeedsFrozenFileSystem {}

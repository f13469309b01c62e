/**
 * Tests of whole fleets: controllers as processes of their own, a real broker, the command line.
 * The fixture is {@link dev.warrener.e2e.fixture.TestFleet}.
 */
@NullMarked
package dev.warrener.e2e;

import org.jspecify.annotations.NullMarked;

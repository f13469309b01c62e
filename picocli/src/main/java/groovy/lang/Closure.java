package groovy.lang;

/**
 * Nothing. picocli looks for a class of this name at its start, to serve programs in Groovy, and a
 * class that is not there has the Java VM open every jar of the distribution: a tenth of the time
 * that a command has.
 */
abstract class Closure {
  private Closure() {}
}

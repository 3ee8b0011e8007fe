package io.edgemint.backend;

/** What reading a key from a request gives: the key, or the problem with it. */
public sealed interface KeyResult permits ObjectKey, KeyProblem {}

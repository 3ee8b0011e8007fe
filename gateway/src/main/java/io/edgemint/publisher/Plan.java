package io.edgemint.publisher;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway says about an upload.
 *
 * @param whole whether it comes in one piece, without numbers of parts
 * @param put the link of an object in one piece; null when it comes in several, or has arrived
 * @param missing the numbers of parts that have not arrived, of this page
 * @param next the number where the next page begins; null after the last
 */
record Plan(
    String id,
    Parts parts,
    boolean whole,
    @Nullable Link put,
    List<Integer> missing,
    @Nullable Integer next) {}

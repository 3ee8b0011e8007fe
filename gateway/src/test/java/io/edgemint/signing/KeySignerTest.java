package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeySignerTest {
  private final List<Recording> made = Collections.synchronizedList(new ArrayList<>());

  private Signature next() throws InvalidKeyException {
    Recording signature = new Recording();
    signature.initSign(new NoKey());
    made.add(signature);
    return signature;
  }

  /** Those that sign; the first of all was but tried. */
  private List<Recording> signatures() {
    return made.subList(1, made.size());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void sign_oneThread_keysOneSignatureOnce() throws Exception {
    KeySigner signer = new KeySigner(this::next);

    assertThat(signer.sign(bytes("a"))).isEqualTo(bytes("signed a"));
    assertThat(signer.sign(bytes("b"))).isEqualTo(bytes("signed b"));

    assertThat(signatures()).hasSize(1);
    assertThat(signatures().getFirst().keyed).isEqualTo(1);
  }

  @Test
  void sign_anotherThread_hasASignatureOfItsOwn() throws Exception {
    KeySigner signer = new KeySigner(this::next);
    Thread other = Thread.ofPlatform().start(() -> signer.sign(bytes("b")));
    other.join();

    assertThat(signer.sign(bytes("a"))).isEqualTo(bytes("signed a"));
    assertThat(signatures())
        .hasSize(2)
        .allSatisfy(signature -> assertThat(signature.keyed).isEqualTo(1));
  }

  @Test
  void sign_signatureFailsHalfway_isThrownAwayAndTheNextIsWhole() throws Exception {
    KeySigner signer = new KeySigner(this::next);
    assertThat(signer.sign(bytes("first"))).isEqualTo(bytes("signed first"));
    signatures().getFirst().failing = true;

    assertThatIllegalStateException().isThrownBy(() -> signer.sign(bytes("half")));

    assertThat(signer.sign(bytes("whole"))).isEqualTo(bytes("signed whole"));
    assertThat(signatures()).hasSize(2);
  }

  @Test
  void new_keyThatDoesNotFit_isFoundAtOnce() {
    assertThatExceptionOfType(InvalidKeyException.class)
        .isThrownBy(
            () ->
                new KeySigner(
                    () -> {
                      throw new InvalidKeyException("no RSA key");
                    }));
  }

  /**
   * Signs by writing before the message what it does; like real ones, it keeps what it was given.
   */
  private static final class Recording extends Signature {
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private int keyed;
    private boolean failing;

    private Recording() {
      super("recording");
    }

    @Override
    protected void engineInitSign(PrivateKey key) {
      keyed++;
    }

    @Override
    protected void engineUpdate(byte octet) {
      message.write(octet);
    }

    @Override
    protected void engineUpdate(byte[] octets, int offset, int length) {
      message.write(octets, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
      if (failing) {
        throw new SignatureException("hardware");
      }
      byte[] signed = bytes("signed " + message.toString(StandardCharsets.UTF_8));
      message.reset();
      return signed;
    }

    @Override
    protected void engineInitVerify(PublicKey key) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected boolean engineVerify(byte[] signature) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class NoKey implements PrivateKey {
    private static final long serialVersionUID = 1L;

    @Override
    public String getAlgorithm() {
      return "none";
    }

    @Override
    public String getFormat() {
      return "none";
    }

    @Override
    public byte[] getEncoded() {
      return new byte[0];
    }
  }
}

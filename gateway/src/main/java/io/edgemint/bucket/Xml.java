package io.edgemint.bucket;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * An element of what S3 answers to those who ask for a list; what is no XML is an element without
 * content.
 */
public record Xml(Optional<Element> element) {
  /** Reads a document; one that declares a type is none (XML external entities). */
  public static Xml of(byte[] document) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new Silent());
      return new Xml(
          Optional.of(builder.parse(new ByteArrayInputStream(document)).getDocumentElement()));
    } catch (SAXException | IOException e) {
      // Of an encoding that is none the parser says that it cannot be read.
      return new Xml(Optional.empty());
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether this is an element of a name. */
  public boolean isNamed(String name) {
    return element.isPresent() && element.get().getTagName().equals(name);
  }

  /** All elements of a name below this one, in order. */
  public List<Xml> all(String name) {
    List<Xml> found = new ArrayList<>();
    element.ifPresent(
        parent -> {
          NodeList nodes = parent.getElementsByTagName(name);
          for (int i = 0; i < nodes.getLength(); i++) {
            found.add(new Xml(Optional.of((Element) nodes.item(i))));
          }
        });
    return found;
  }

  /** The text of the first element of a name below this one. */
  public Optional<String> text(String name) {
    return all(name).stream().findFirst().flatMap(Xml::element).map(Element::getTextContent);
  }

  /** The number in the first element of a name below this one, if it is one. */
  public Optional<Long> number(String name) {
    return text(name).filter(text -> text.matches("[0-9]{1,18}")).map(Long::parseLong);
  }

  /** Whether the names in this list are percent-encoded ("EncodingType", ListObjectsV2). */
  public boolean isEncoded() {
    return text("EncodingType").isPresent();
  }

  /**
   * The key in the first element of a name below this one; empty if there is none.
   *
   * @param encoded whether the list in which it stands {@link #isEncoded}
   * @throws Listing.Failed if it is not encoded as the list says
   */
  public String key(String name, boolean encoded) throws Listing.Failed {
    String raw = text(name).orElse("");
    try {
      return encoded ? URLDecoder.decode(raw, StandardCharsets.UTF_8) : raw;
    } catch (IllegalArgumentException e) {
      throw new Listing.Failed("its keys are not percent-encoded as they should be");
    }
  }

  /** The id of an upload in parts, if it is one that can be sent back. */
  public Optional<String> id() {
    return text("UploadId").filter(id -> id.matches("[!-~]{1,1024}"));
  }

  /** Else the parser prints what the storage sent. */
  private static final class Silent implements ErrorHandler {
    @Override
    public void warning(SAXParseException e) {
      // Nothing hangs on it.
    }

    @Override
    public void error(SAXParseException e) throws SAXException {
      throw e;
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
      throw e;
    }
  }
}

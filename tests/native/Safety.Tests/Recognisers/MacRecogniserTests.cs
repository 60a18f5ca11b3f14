namespace IronCage.Safety.Tests.Recognisers;

internal sealed class MacRecogniserTests
{
    [TestCase("⟦00:1b:44:11:3a:b7⟧, ⟦00-1B-44-11-3A-B7⟧; ⟦001b.4411.3ab7⟧.")]
    [TestCase("\"mac\":\"⟦AA:BB:CC:DD:EE:FF⟧\" mac:⟦aa:bb:cc:dd:ee:ff⟧ \\n⟦aa:bb:cc:dd:ee:ff⟧")]
    [TestCase("⟦abcd.efab.cdef⟧ ⟦ab12.3cde.4567⟧ \\n⟦ab12.3cde.4567⟧")]
    [TestCase("⟦12:34:56:78:90:12⟧ MAC address: ⟦12-34-56-78-90-12⟧")]
    public void Hardware_address_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "MAC_ADDRESS");

    [TestCase("00:11:22:33:44:55:66:77 aa:bb:cc:dd:ee aa:bb:cc-dd:ee:ff aa:bb:cc:dd:ee:fg 1aa:bb:cc:dd:ee:ff")]
    [TestCase("12-34-56-78-90-12 1234.5678.9012 2024-05-01-12-30-45 12:30:45")]
    [TestCase("550e8400-e29b-41d4-a716-446655440000 da:39:a3:ee:5e:6b:4b:0d:32:55:bf:ef:95:60:18:90:af:d8:07:09")]
    [TestCase("abcd.efab.cdef.abcd x.abcd.efab.cdef abcd.efab.cdefa zabcd.efab.cdef")]
    public void Other_text_is_left_alone(string text) => Marked.Check(text, "MAC_ADDRESS");
}

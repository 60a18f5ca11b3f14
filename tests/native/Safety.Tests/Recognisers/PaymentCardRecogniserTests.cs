namespace IronCage.Safety.Tests.Recognisers;

internal sealed class PaymentCardRecogniserTests
{
    [TestCase("⟦4111111111111111⟧")]
    [TestCase("card: ⟦4111 1111 1111 1111⟧, exp 12/27")]
    [TestCase("⟦4111-1111-1111-1111⟧.")]
    [TestCase("Visa ⟦4222222222222⟧")]
    [TestCase("⟦5555555555554444⟧ ⟦2223003122003222⟧")]
    [TestCase("⟦378282246310005⟧ ⟦3782 822463 10005⟧")]
    [TestCase("⟦6011111111111117⟧")]
    [TestCase("⟦30569309025904⟧ ⟦3056 930902 5904⟧")]
    [TestCase("⟦3530111333300000⟧")]
    [TestCase("⟦6250941006528599⟧")]
    [TestCase("⟦4111 1111 1111 1111⟧ 123")]
    [TestCase("1 ⟦4111 1111 1111 1111⟧")]
    [TestCase("卡号⟦4111111111111111⟧有效")]
    [TestCase("{\"pan\":\"⟦4111111111111111⟧\"}")]
    [TestCase("|⟦4111111111111111⟧|")]
    [TestCase("é ⟦4111\u202F1111\u202F1111\u202F1111⟧ ⟦4111\u20111111\u20111111\u20111111⟧")]
    [TestCase("\\b⟦4111111111111111⟧\\f")]
    [TestCase("Maestro ⟦6759649826438453⟧ ⟦6759 6498 2643 8453⟧ card ⟦676770000005⟧")]
    [TestCase("⟦2200000000000004⟧ ⟦5066 9911 1111 1118⟧ ⟦4111.1111.1111.1111⟧ Kartennummer: ⟦9792000000000003⟧ ⟦9792 0000 0000 0003⟧")]
    [TestCase("信用卡⟦4222222222222⟧ número de tarjeta ⟦4222222222222⟧ cardNumber=⟦4222222222222⟧")]
    public void Card_number_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "CREDIT_CARD");

    [TestCase("4111111111111112")]
    [TestCase("14111111111111111")]
    [TestCase("41111111111111111111111111")]
    [TestCase("a4111111111111111 4111111111111111b")]
    [TestCase("0.4111111111111111 4111111111111111.5")]
    [TestCase("4222222222222 676770000005 9792000000000003")]
    [TestCase("4111 1111-1111 1111")]
    [TestCase("4111  1111  1111  1111")]
    [TestCase("411 11111 1111 1111")]
    [TestCase("1234-4111-1111-1111-1111")]
    [TestCase("1700000000000 1111111111111117 9111111111111111")]
    [TestCase("550e8400-e29b-41d4-a716-446655440000")]
    public void Other_long_number_is_left_alone(string text) => Marked.Check(text, "CREDIT_CARD");

    /// <summary>The oracle computes the check digit the other way round, from the published description.</summary>
    [Test]
    public void Of_ten_last_digits_exactly_the_one_of_Luhn_is_found()
    {
        for (int middle = 0; middle < 500; middle++)
        {
            string body = "45320151" + (middle * 7919 % 10_000_000).ToString("D7", null);
            int sum = body.Select((c, i) => (c - '0') * (i % 2 == 0 ? 2 : 1)).Sum(v => (v / 10) + (v % 10));
            int check = (10 - (sum % 10)) % 10;
            int[] found = [.. Enumerable.Range(0, 10).Where(last => Marked.Kinds(body + last).Contains("CREDIT_CARD " + body + last))];
            Assert.That(found, Is.EqualTo(new[] { check }), body);
        }
    }
}

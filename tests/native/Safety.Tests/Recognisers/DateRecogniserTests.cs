namespace IronCage.Safety.Tests.Recognisers;

internal sealed class DateRecogniserTests
{
    [TestCase("⟦2024-05-01⟧ ⟦2024/05/01⟧ ⟦2024.05.01⟧.")]
    [TestCase("⟦2024-05-01T12:30:45Z⟧ ⟦2024-05-01T12:30:45.123+02:00⟧, ⟦2024-05-01 12:30:45⟧ ⟦2024-05-01 12:30⟧")]
    [TestCase("⟦01/05/2024⟧ ⟦1.5.2024⟧ ⟦13-05-2024⟧ ⟦5/13/2024⟧")]
    [TestCase("⟦1 May 2024⟧; ⟦May 1, 2024⟧, ⟦1st May 2024⟧ ⟦Sept. 30, 2024⟧ ⟦04 Mar 2025 10:12:33 +0100⟧ ⟦04/Mar/2025:10:12:33 +0100⟧")]
    [TestCase("⟦1. Mai 2024⟧ am ⟦3. März 2024⟧ le ⟦1er août 2024⟧ el ⟦5 de mayo de 2024⟧ ⟦3 février 2024⟧ ⟦7 września 2024⟧ ⟦9 мая 2024⟧")]
    [TestCase("日付は⟦2024年5月1日⟧です。⟦2024년 5월 1일⟧")]
    [TestCase("date=⟦2024-05-01⟧,⟦2024-05-01⟧")]
    public void Date_is_found_with_its_exact_span(string marked) => Marked.Check(marked, "DATE_TIME");

    [TestCase("2024-13-01 2024-05-32 32/05/2024 13/13/2024 1.2.3 12:30:45 2024-05 1800-01-01")]
    [TestCase("12024-05-01 2024-05-011 2024-05-01-3 1.05.2024.3 1.2.3.2024 x2024-05-01 2024-05/01")]
    [TestCase("5 Maybe 2024 1 may 20245 May 2024 version 2024.1")]
    public void Other_text_is_left_alone(string text) => Marked.Check(text, "DATE_TIME");
}

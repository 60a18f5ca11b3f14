namespace IronCage.Safety.Recognisers.Phones;

/// <summary>How the numbers of one region are written at home.</summary>
/// <param name="Region">ISO 3166-1 alpha-2.</param>
/// <param name="Numbers">
/// What they begin with (trunk prefix included; up to three digits, <c>x</c> for any, <c>[2-9]</c> for some) and how many digits they have then: <c>07x:11 08x:10-11</c>.
/// </param>
/// <param name="Printed">Forms so usual and so distinctive that they stand without a word beside them, digits as in <paramref name="Numbers"/>.</param>
internal sealed record NationalPlan(string Region, string Numbers, params string[] Printed);

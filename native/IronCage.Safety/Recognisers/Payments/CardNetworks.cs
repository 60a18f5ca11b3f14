namespace IronCage.Safety.Recognisers.Payments;

/// <summary>Which numbers are cards, by the ranges of ISO/IEC 7812 that the networks publish: the first six digits and the lengths in use.</summary>
internal static class CardNetworks
{
    public const int Shortest = 12;
    public const int Longest = 19;

    /// <summary>First digits (of six, low and high) and the lengths in use; where ranges overlap, the lengths of all.</summary>
    private static readonly (int Low, int High, int[] Lengths)[] Ranges =
    [
        (400000, 499999, [13, 16, 19]), // Visa
        (510000, 559999, [16]), // Mastercard
        (222100, 272099, [16]), // Mastercard, 2-series
        (340000, 349999, [15]), // American Express
        (370000, 379999, [15]),
        (300000, 305999, [14, 16]), // Diners Club
        (309500, 309599, [14, 16]),
        (360000, 369999, [14, 16, 19]),
        (380000, 399999, [14, 16]),
        (601100, 601199, [16, 19]), // Discover
        (622126, 622925, [16, 19]),
        (644000, 659999, [16, 19]),
        (352800, 358999, [16, 17, 18, 19]), // JCB
        (620000, 629999, [16, 17, 18, 19]), // UnionPay
        (810000, 817199, [16, 17, 18, 19]),
        (501800, 501899, [12, 13, 14, 15, 16, 17, 18, 19]), // Maestro
        (502000, 502099, [12, 13, 14, 15, 16, 17, 18, 19]),
        (503800, 503899, [12, 13, 14, 15, 16, 17, 18, 19]),
        (561200, 561299, [12, 13, 14, 15, 16, 17, 18, 19]),
        (589300, 589399, [12, 13, 14, 15, 16, 17, 18, 19]),
        (630400, 630499, [12, 13, 14, 15, 16, 17, 18, 19]),
        (639000, 639099, [12, 13, 14, 15, 16, 17, 18, 19]),
        (670000, 679999, [12, 13, 14, 15, 16, 17, 18, 19]),
        (220000, 220499, [16, 17, 18, 19]), // Mir
        (220500, 220599, [16]), // Borica
        (508000, 508999, [16]), // RuPay
        (606985, 608999, [16]),
        (817200, 820199, [16]),
        (979200, 979299, [16]), // Troy
        (506099, 506198, [16, 18, 19]), // Verve
        (507865, 507964, [16, 18, 19]),
        (506699, 506778, [16]), // Elo
        (509000, 509999, [16]),
        (504175, 504175, [16]),
        (627780, 627780, [16]),
        (636297, 636297, [16]),
        (636368, 636368, [16]),
        (606282, 606282, [13, 16, 19]), // Hipercard
        (637095, 637095, [16]),
        (637568, 637568, [16]),
        (637599, 637599, [16]),
        (637609, 637612, [16]),
        (604201, 604219, [16]), // Cabal
        (589657, 589657, [16]),
        (589562, 589562, [16]), // Naranja
        (501105, 501105, [16]), // Argencard
        (501900, 501999, [16]), // Dankort
        (507803, 507810, [16]), // Meeza
        (506199, 506499, [16]), // Carnet
        (502275, 502275, [16]),
        (286900, 286999, [16]),
        (860000, 860099, [16]), // Uzcard
        (986000, 986099, [16]), // Humo
        (194600, 194699, [16]), // GPN
        (637000, 639999, [16]), // InstaPayment
        (636000, 636099, [16, 17, 18, 19]), // InterPayment
    ];

    /// <summary>By the first three digits: which of the ranges begin so.</summary>
    private static readonly byte[][] ByHead = Index();

    /// <summary>Whether a network issues numbers of as many digits that begin so.</summary>
    public static bool IsIssued(ReadOnlySpan<byte> digits)
    {
        int head = (digits[0] * 100) + (digits[1] * 10) + digits[2];
        int six = (head * 1000) + (digits[3] * 100) + (digits[4] * 10) + digits[5];
        foreach (byte range in ByHead[head])
        {
            ref readonly var known = ref Ranges[range];
            if (six >= known.Low && six <= known.High && known.Lengths.AsSpan().Contains(digits.Length))
                return true;
        }

        return false;
    }

    private static byte[][] Index()
    {
        var index = new byte[1000][];
        for (int head = 0; head < index.Length; head++)
        {
            int first = head * 1000;
            index[head] = [.. Enumerable.Range(0, Ranges.Length).Where(i => Ranges[i].Low < first + 1000 && Ranges[i].High >= first).Select(i => (byte)i)];
        }

        return index;
    }
}

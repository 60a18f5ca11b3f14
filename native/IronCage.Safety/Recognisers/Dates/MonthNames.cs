using System.Text;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Dates;

/// <summary>The names of months, whole and short, in the languages that write them between day and year.</summary>
internal static class MonthNames
{
    /// <summary>The longest name in bytes, with room for one that is none.</summary>
    public const int Longest = 24;

    private const int Size = 1024;

    private static readonly string[] Names =
    [
        // English, German, French, Spanish, Italian, Dutch, Portuguese
        "January|Jan|Januar|Jänner|Jän|janvier|janv|enero|ene|gennaio|gen|januari|janeiro",
        "February|Feb|Februar|Feber|février|févr|fév|fevrier|febrero|febbraio|februari|fevereiro|fev",
        "March|Mar|März|Maerz|Mär|Mrz|mars|marzo|maart|mrt|março|marco",
        "April|Apr|avril|avr|abril|abr|aprile",
        "May|Mai|mayo|maggio|mag|mei|maio",
        "June|Jun|Juni|juin|junio|giugno|giu|junho",
        "July|Jul|Juli|juillet|juil|julio|luglio|lug|julho",
        "August|Aug|août|aout|agosto|ago|augustus",
        "September|Sep|Sept|septembre|septiembre|setiembre|settembre|set|setembro",
        "October|Oct|Oktober|Okt|octobre|octubre|ottobre|ott|outubro|out",
        "November|Nov|novembre|noviembre|novembro",
        "December|Dec|Dezember|Dez|décembre|déc|decembre|diciembre|dic|dicembre|dezembro",

        // Swedish, Danish, Norwegian, Polish, Czech, Finnish, Turkish, Hungarian, Romanian, Indonesian, Russian, Ukrainian, Greek
        "januar|stycznia|styczeń|ledna|leden|tammikuuta|tammikuu|ocak|ianuarie|januari|января|янв|січня|Ιανουαρίου",
        "lutego|luty|února|únor|helmikuuta|helmikuu|şubat|februarie|февраля|фев|лютого|Φεβρουαρίου",
        "mars|marts|marca|marzec|března|březen|maaliskuuta|maaliskuu|mart|martie|maret|марта|мар|березня|Μαρτίου",
        "kwietnia|kwiecień|dubna|duben|huhtikuuta|huhtikuu|nisan|aprilie|апреля|апр|квітня|Απριλίου",
        "maj|maja|května|květen|toukokuuta|toukokuu|mayıs|мая|травня|Μαΐου",
        "czerwca|czerwiec|června|červen|kesäkuuta|kesäkuu|haziran|iunie|июня|июн|червня|Ιουνίου",
        "lipca|lipiec|července|červenec|heinäkuuta|heinäkuu|temmuz|iulie|июля|июл|липня|Ιουλίου",
        "augusti|sierpnia|sierpień|srpna|srpen|elokuuta|elokuu|ağustos|agustus|августа|авг|серпня|Αυγούστου",
        "września|wrzesień|září|syyskuuta|syyskuu|eylül|septembrie|сентября|сен|вересня|Σεπτεμβρίου",
        "oktober|október|października|październik|října|říjen|lokakuuta|lokakuu|ekim|octombrie|октября|окт|жовтня|Οκτωβρίου",
        "listopada|listopad|marraskuuta|marraskuu|kasım|noiembrie|ноября|ноя|листопада|Νοεμβρίου",
        "desember|des|grudnia|grudzień|prosince|prosinec|joulukuuta|joulukuu|aralık|decembrie|декабря|дек|грудня|Δεκεμβρίου",
    ];

    private static readonly ulong[] Known = Read();

    /// <summary>Whether a word, in any case, is the name of a month.</summary>
    public static bool Contains(ReadOnlySpan<byte> word)
    {
        if (word.Length is < 3 or > Longest)
            return false;
        ulong hash = ContextWords.Hash(ContextWords.Seed, word);
        int slot = Slot(hash);
        while (Known[slot] != 0)
        {
            if (Known[slot] == hash)
                return true;
            slot = (slot + 1) & (Size - 1);
        }

        return false;
    }

    private static ulong[] Read()
    {
        var table = new ulong[Size];
        foreach (string name in Names.SelectMany(names => names.Split('|')).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            ulong hash = ContextWords.Hash(ContextWords.Seed, Encoding.UTF8.GetBytes(name));
            int slot = Slot(hash);
            while (table[slot] != 0)
                slot = (slot + 1) & (Size - 1);
            table[slot] = hash;
        }

        return table;
    }

    private static int Slot(ulong hash) => (int)(hash >> 40) & (Size - 1);
}

using IronCage.Safety.Recognisers.Identifiers.Rules;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>The rules of every kind.</summary>
internal static class IdentifierCatalogue
{
    public static readonly IdentifierRule[] All =
    [
        .. UnitedStatesRules.All,
        .. AmericanRules.All,
        .. BritishRules.All,
        .. WesternEuropeanRules.All,
        .. CentralEuropeanRules.All,
        .. SouthernEuropeanRules.All,
        .. EasternEuropeanRules.All,
        .. NordicRules.All,
        .. MiddleEasternAndAfricanRules.All,
        .. SouthAsianRules.All,
        .. EastAsianRules.All,
        .. PacificRules.All,
    ];
}

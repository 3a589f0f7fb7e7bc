using Thermocline.Memory.Ids;

namespace Thermocline.Memory.Search;

/// <summary>A memory that was found.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Score">Its relevance, see <see cref="Relevance"/>.</param>
/// <param name="CreatedMs">When it came to be, milliseconds since 1970.</param>
public readonly record struct SearchHit(MemoryId Id, double Score, long CreatedMs)
{
    /// <summary>Orders the best first: higher score, then newer, then smaller identifier.</summary>
    public static int BestFirst(SearchHit left, SearchHit right)
    {
        int order = right.Score.CompareTo(left.Score);
        if (order == 0)
            order = right.CreatedMs.CompareTo(left.CreatedMs);
        return order != 0 ? order : left.Id.Value.CompareTo(right.Id.Value);
    }
}

{#- The lines of every event sum to zero. Returns the events that do not balance, and by how much. -#}
{% test balances(model) %}
select
    event_id,
    sum(amount) as difference
from {{ model }}
group by event_id
having sum(amount) <> 0
{% endtest %}

/**
 * Rules to begin with: the ready-made segments of `examples/definitions`, by what they are for. What one of them says by naming
 * another segment is written out, so that each stands alone.
 */

export type TemplateGroup = 'carts' | 'intent' | 'interest' | 'value' | 'churn' | 'rfm';

export type Template = {
  readonly name: string;
  readonly group: TemplateGroup;
  readonly description: string;
  readonly rule: string;
  /** The RFM model that it asks, which has to be in force. */
  readonly rfm?: string;
};

export const templateGroups: readonly TemplateGroup[] = [
  'carts',
  'intent',
  'interest',
  'value',
  'churn',
  'rfm',
];

export const templates: readonly Template[] = [
  {
    name: 'cart_abandoners',
    group: 'carts',
    description: 'Added to the cart, nothing bought for two hours; for three days, or until an order',
    rule: 'seq("Product Added", no "Order Completed" within 2h) last 3d\nand not did "Order Completed" after last "Product Added"',
  },
  {
    name: 'checkout_abandoners',
    group: 'carts',
    description: 'Began to pay and did not within an hour',
    rule: 'seq("Checkout Started", no "Order Completed" within 1h) last 3d\nand not did "Order Completed" after last "Checkout Started"',
  },
  {
    name: 'valuable_cart_abandoners',
    group: 'carts',
    description: 'Abandoned a cart whose last product costs 100 or more',
    rule: 'seq("Product Added", no "Order Completed" within 2h) last 3d\nand not did "Order Completed" after last "Product Added"\nand last(price of "Product Added") >= 100',
  },
  {
    name: 'high_intent',
    group: 'intent',
    description:
      'Looked at one kind of product again and again this week, and has not bought since the last look',
    rule: 'count("Product Viewed", last 7d) > 3\nand (did "Product Added" last 7d or did "Products Searched" last 7d)\nand not did "Order Completed" after last "Product Viewed"',
  },
  {
    name: 'hesitating',
    group: 'intent',
    description: 'Saw the same product again within a day without adding anything to the cart',
    rule: 'seq("Product Viewed", "Product Viewed" within 1d on product_id) last 2d\nand not did "Product Added" last 2d',
  },
  {
    name: 'second_order_due',
    group: 'intent',
    description: 'One order, between three weeks and two months ago',
    rule: 'count("Order Completed") = 1\nand age(last "Order Completed") >= 21d\nand age(last "Order Completed") < 60d',
  },
  {
    name: 'trail_running_enthusiast',
    group: 'interest',
    description: 'Read three articles or more on trail running in a week',
    rule: 'count("Article Read" where topic = "trail running", last 7d) >= 3',
  },
  {
    name: 'curious_reader',
    group: 'interest',
    description: 'Read on three topics or more in a week',
    rule: 'distinct(topic of "Article Read", last 7d) >= 3',
  },
  {
    name: 'running_shoes_interest',
    group: 'interest',
    description: 'Looked at running shoes five times or more in a month',
    rule: 'count("Product Viewed" where category = "running-shoes", last 30d) >= 5',
  },
  {
    name: 'top_tenth',
    group: 'value',
    description: 'Spent more in a year than nine in ten customers',
    rule: 'percentile(sum(revenue of "Order Completed", last 365d)) >= 90\nand did "Order Completed" last 365d',
  },
  {
    name: 'valuable_customers',
    group: 'value',
    description: 'Spent 500 or more since they first came',
    rule: 'sum(revenue of "Order Completed") >= 500',
  },
  {
    name: 'churn_alert',
    group: 'churn',
    description: 'Valuable, and neither an order nor a sign-in for 90 days',
    rule: 'sum(revenue of "Order Completed") >= 500\nand not did "Order Completed" last 90d\nand not did "Signed In" last 90d',
  },
  {
    name: 'browsing_drop',
    group: 'churn',
    description: 'Product views fell by a fifth for two weeks running, from ten a week or more',
    rule: 'count("Product Viewed", last 7d) <= 0.8 * count("Product Viewed", from 14d to 7d ago)\nand count("Product Viewed", from 14d to 7d ago) <= 0.8 * count("Product Viewed", from 21d to 14d ago)\nand count("Product Viewed", from 21d to 14d ago) >= 10',
  },
  {
    name: 'spend_drop',
    group: 'churn',
    description: 'Spent less than half of what it was the quarter before',
    rule: 'sum(revenue of "Order Completed", last 90d) < 0.5 * sum(revenue of "Order Completed", from 180d to 90d ago)\nand sum(revenue of "Order Completed", from 180d to 90d ago) >= 200',
  },
  {
    name: 'won_back',
    group: 'churn',
    description: 'Bought in the last week after at least 90 days without an order',
    rule: 'did "Order Completed" last 7d and not did "Order Completed" from 97d to 7d ago\nand did "Order Completed" from 3650d to 97d ago',
  },
  {
    name: 'champions',
    group: 'rfm',
    description: 'Bought recently, often and for much',
    rule: 'rfm(group) = "champions"',
    rfm: 'default',
  },
  {
    name: 'cannot_lose',
    group: 'rfm',
    description: 'Were among the best and have not come back for long',
    rule: 'rfm(group) = "cannot_lose"',
    rfm: 'default',
  },
  {
    name: 'rfm_at_risk',
    group: 'rfm',
    description: 'Good customers who are slipping away',
    rule: 'rfm(group) in ["at_risk", "needs_attention", "about_to_sleep"]',
    rfm: 'default',
  },
];
